import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.started_work import is_waited_for
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class FireAndForgetTask(Rule):
    """A route handler starts work that it never waits for.

    ## What it flags
    `asyncio.create_task`, `ensure_future`, `run_coroutine_threadsafe`, `loop.create_task`, `loop.run_in_executor`,
    `Thread(...).start()` and `executor.submit` in the code of an HTTP handler, when nothing in the function awaits,
    returns, gathers, joins or cancels what was started.

    ## Why it is bad
    The work dies with the process, at every deployment, and nobody hears of its errors. It has no payload to look at, no
    retry, no limit, and the garbage collector may end it before it ran.

    ## How it decides
    By what is called: module functions by qualified name, methods by the receiver's type (for loops also by the name
    `loop`). The result counts as waited for when it, or a name, attribute or collection that holds it, is awaited, returned, waited
    for, iterated or cancelled in the same function; for an attribute, anywhere in the handler or its class. So does work that is given a
    queue, event or future of the handler to which the handler listens, and a method of the handler that writes its response.

    ## When to suppress it
    For work that may be lost at any time without anybody noticing.

    ## Known limits
    A task kept in `app.state` and awaited at shutdown looks abandoned here.
    """

    code = "KBR401"
    name = "fire-and-forget-task"
    message = "{where} starts '{call}' and never waits for it; hand the work to a job queue, or await it"
    roles = (Role.HTTP,)
    calls = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe", "run_in_executor", "start", "submit"})
    bad = (
        Bad(
            files="""
            import asyncio
            import threading
            from fastapi import APIRouter
            from app.mail import send

            router = APIRouter()

            @router.post("/orders")
            async def create_order() -> None:
                asyncio.create_task(send())  # ! 5
                threading.Thread(target=send).start()  # ! 5
                task = asyncio.get_running_loop().create_task(send())  # ! 12
                print(task)
            """,
            messages=(
                "route handler 'create_order' starts 'asyncio.create_task()' and never waits for it; "
                "hand the work to a job queue, or await it",
                "route handler 'create_order' starts 'threading.Thread(target=send).start()' and never waits for it; "
                "hand the work to a job queue, or await it",
                "route handler 'create_order' starts 'asyncio.get_running_loop().create_task()' and never waits for it; "
                "hand the work to a job queue, or await it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import asyncio
            from fastapi import APIRouter
            from app.jobs import queue
            from app.mail import send

            router = APIRouter()

            @router.post("/orders")
            async def create_order() -> None:
                first = asyncio.create_task(send())
                others = [asyncio.create_task(send()) for _ in range(3)]
                await asyncio.gather(first, *others)
                async with asyncio.TaskGroup() as group:
                    group.create_task(send())
                queue.create_task("mail")
                return await asyncio.get_running_loop().run_in_executor(None, send)

            async def warm_up() -> None:
                asyncio.create_task(send())
            """
        ),
        Good(
            files="""
            import asyncio
            from fastapi import APIRouter
            from fastapi.responses import StreamingResponse
            from app.prices import produce

            router = APIRouter()

            @router.get("/prices")
            async def stream_prices() -> StreamingResponse:
                prices = asyncio.Queue()
                asyncio.create_task(produce(prices))

                async def lines():
                    while (line := await prices.get()) is not None:
                        yield line

                return StreamingResponse(lines())
            """
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        started_work = file.model.started_work
        if handler is None or file.scope.node is None or not started_work.starts(node, file.scope):
            return
        if is_waited_for(node, file.scope, file.model.ancestors(node, file.scope)) or started_work.writes_response(node, file.scope):
            return
        file.report(self, node, where=handler.description, call=quoted(node))
