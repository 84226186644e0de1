"""The standard library's ways of starting work beside the caller, and of cleaning up."""

from flake8_backend_rules.frameworks.schema import Framework

_LOOP = "asyncio.AbstractEventLoop"

FRAMEWORK = Framework(
    name="Standard library",
    source="https://docs.python.org/3/library/asyncio-task.html, https://docs.python.org/3/library/threading.html, "
    "https://docs.python.org/3/library/concurrent.futures.html",
    unseen=frozenset({"asyncio.EventLoop"}),
    packages=("asyncio", "threading", "concurrent", "os", "shutil", "pathlib", "tempfile", "contextlib", "functools"),
    returns={
        "asyncio.get_event_loop": _LOOP,
        "asyncio.get_running_loop": _LOOP,
        "asyncio.new_event_loop": _LOOP,
    },
    task_starters=("asyncio.create_task", "asyncio.ensure_future", "asyncio.run_coroutine_threadsafe"),
    event_loops=(_LOOP, "asyncio.BaseEventLoop", "asyncio.EventLoop"),
    executors=(
        "concurrent.futures.Executor", "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor",
        "concurrent.futures.thread.ThreadPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor",
    ),
    threads=("threading.Thread", "threading.Timer", "multiprocessing.Process"),
    clean_up_modules=("os", "shutil", "pathlib", "tempfile"),
)  # fmt: skip
