"""The pack's options: declared once, read from flake8's configuration, checked before any file is read."""

from __future__ import annotations

import argparse
import configparser
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from flake8_backend_rules.baseline import BadBaselineError, Baseline, read_baseline
from flake8_backend_rules.catalogue import all_rules, known_codes, rule_options
from flake8_backend_rules.project.globs import BadGlobError, Glob, matches_any, parse_glob
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Option, Rule, parse_path
from flake8_backend_rules.rules.boundaries._framework_objects import FRAMEWORK_OBJECTS
from flake8_backend_rules.semantics.layering import LayerConfiguration

_CODE_LIKE = re.compile(r"KBR\d*\Z")
_CODE_OPTIONS = ("select", "extend_select", "ignore", "extend_ignore")
_CONFIG_FILES = ("setup.cfg", "tox.ini", ".flake8")
_PYPROJECT = "pyproject.toml"
LAYERS = (Layer.TRANSPORT, Layer.APPLICATION, Layer.DOMAIN, Layer.INFRASTRUCTURE)


class BadOptionError(ValueError):
    """An option's value is wrong; the text names option and value in one line."""


def _parse_glob_text(text: str) -> str:
    return parse_glob(text).text


def _parse_root(text: str) -> str:
    if any(wildcard in text for wildcard in "*?["):
        raise ValueError("it is a glob; source roots are folders")
    return text


EXEMPT = Option(
    name="backend-exempt",
    default=(
        "tests/", "test/", "tests.py", "test_*.py", "*_test.py", "conftest.py", "migrations/", "alembic/",
        "*_pb2.py", "*_pb2_grpc.py", "**/.*/**", "site-packages/",
    ),
    help="Globs of files that no rule looks at, relative to the config file's folder; by default also what lies in hidden folders "
    "and in virtual environments.",
    parse=_parse_glob_text,
    metavar="GLOBS",
)  # fmt: skip
SOURCE_ROOTS = Option(
    name="backend-source-roots",
    default=(),
    help="Folders from which absolute imports are looked up first, relative to the config file's folder; "
    "of several the one that holds the file before the others. Without it they are found from each file upwards.",
    parse=_parse_root,
    metavar="FOLDERS",
)
BASELINE = Option(
    name="backend-baseline",
    default=(),
    help="A file of recorded findings, which are left alone; relative to the config file's folder. "
    "Written by `backend-rules baseline write`.",
    parse=parse_path,
    metavar="FILE",
)
LAYER_OPTIONS = {
    layer: Option(
        name=f"backend-{layer.value}",
        default=(),
        help=f"Globs of the modules of the {layer.value} layer, relative to the config file's folder; "
        "the longest matching glob of all layers wins over stems, content and folders.",
        parse=_parse_glob_text,
        metavar="GLOBS",
    )
    for layer in LAYERS
}


def all_options() -> tuple[Option, ...]:
    """Every option of the pack, global ones first."""
    return (*LAYER_OPTIONS.values(), EXEMPT, SOURCE_ROOTS, BASELINE, *rule_options())


class Settings(NamedTuple):
    """The options of a run, checked. `base`: the absolute folder that globs are relative to."""

    base: str
    layers: LayerConfiguration
    exempt: tuple[Glob, ...]
    framework_objects: frozenset[str]
    values: dict[str, tuple[str, ...]]
    stdin_name: str = "stdin"
    baseline_file: str | None = None

    def is_exempt(self, path: str) -> bool:
        """Whether a file (absolute path) is exempt from every rule."""
        inside = path.startswith(self.base.rstrip(os.sep) + os.sep)
        relative = path[len(self.base.rstrip(os.sep)) + 1 :] if inside else os.path.basename(path)
        relative = relative.replace(os.sep, "/")
        return matches_any(relative, self.exempt)


def add_options(parser: Any) -> None:
    """Declares the options to flake8's option manager."""
    for option in all_options():
        shown = ",".join(option.default).replace("%", "%%")
        parser.add_option(
            f"--{option.name}",
            default=",".join(option.default),
            metavar=option.metavar,
            parse_from_config=True,
            comma_separated_list=option.is_list,
            normalize_paths=option.is_path,
            **({"nargs": "?", "const": "true"} if option.is_flag else {}),
            help=option.help.replace("%", "%%") + (f" (Default: {shown})" if shown else ""),
        )


def read_configuration(arguments: Sequence[str] = ()) -> None:
    """Has flake8 read its configuration in the current folder, and hand it to its plugins, as a run with these arguments would."""
    from flake8.options.parse_args import parse_args

    parse_args(list(arguments))


def read_settings(options: Any) -> Settings:
    """The settings in flake8's parsed options. Raises BadOptionError, naming option and value."""
    config = config_file(options)
    base = os.path.dirname(os.path.abspath(config)) if config else os.getcwd()
    if config:
        _check_option_names(config)
    _check_codes(options)
    values = {o.name: tuple(_parsed(o, getattr(options, o.name.replace("-", "_")))) for o in all_options()}
    roots = tuple(os.path.normpath(os.path.join(base, root)) for root in values[SOURCE_ROOTS.name])
    for root, text in zip(roots, values[SOURCE_ROOTS.name], strict=True):
        if not os.path.isdir(root):
            raise BadOptionError(f"--{SOURCE_ROOTS.name}: {text!r} is no folder of {base}")
    globs = tuple((layer, parse_glob(text)) for layer, option in LAYER_OPTIONS.items() for text in values[option.name])
    return Settings(
        base=base,
        layers=LayerConfiguration(base, globs, roots),
        exempt=tuple(parse_glob(text) for text in values[EXEMPT.name]),
        framework_objects=frozenset(values[FRAMEWORK_OBJECTS.name]),
        values=values,
        stdin_name=str(getattr(options, "stdin_display_name", "stdin")),
        baseline_file=next((os.path.normpath(os.path.join(base, name)) for name in values[BASELINE.name]), None),
    )


def read_configured_baseline(settings: Settings) -> Baseline | None:
    """The baseline that the settings name; None if they name none. Raises BadOptionError."""
    if settings.baseline_file is None:
        return None
    try:
        return read_baseline(settings.baseline_file)
    except BadBaselineError as error:
        raise BadOptionError(f"--{BASELINE.name}: {settings.baseline_file!r} can't be used: {error}") from None


def _parsed(option: Option, given: Any) -> Iterator[str]:
    items = given.split(",") if isinstance(given, str) and option.is_list else [given] if isinstance(given, str) else list(given or ())
    if not option.is_list and not option.is_path and not any(str(item).strip() for item in items):
        raise BadOptionError(f"--{option.name}: no value is given")
    for item in items:
        text = str(item).strip()
        if not text:
            continue
        try:
            yield option.parse(text)
        except (ValueError, BadGlobError) as error:
            raise BadOptionError(f"--{option.name}: {text!r} is not allowed: {error}") from None


def config_file(options: Any) -> str | None:
    """The config file that flake8 read: `--config`, or the first with a [flake8] section from here upwards.

    Where a plugin makes flake8 read pyproject.toml it is that, by the order which the plugin keeps.
    """
    if hasattr(options, "toml_config"):  # Flake8-pyproject reads it after all others, even with --isolated
        path = str(options.toml_config or _PYPROJECT)
        if _flake8_section(path) is not None:
            return path
    early = _parsed_early()
    if getattr(options, "isolated", False) or early.isolated:
        return None
    if given := getattr(options, "config", None) or early.config:
        return str(given)
    if "flake8_toml_config" in sys.modules:  # flake8-toml-config reads no other file, and in this folder only
        return _PYPROJECT if os.path.isfile(_PYPROJECT) else None
    folder, home = os.getcwd(), os.path.expanduser("~")
    while True:
        for name in _CONFIG_FILES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and _flake8_section(path) is not None:
                return path
        parent = os.path.dirname(folder)
        if parent in (folder, home):
            return None
        folder = parent


def _parsed_early() -> argparse.Namespace:
    """`--config` and `--isolated` from the command line: flake8 takes them off before the options that plugins see are parsed."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--config")
    parser.add_argument("--isolated", action="store_true")
    try:
        return parser.parse_known_args(sys.argv[1:])[0]
    except argparse.ArgumentError:  # the command line of another program, which has flake8 as a library
        return parser.parse_args([])


def _flake8_section(path: str) -> Iterable[str] | None:
    if path.endswith(".toml"):
        return _toml_section(path)
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="UTF-8")
    except (OSError, configparser.Error, UnicodeDecodeError):
        return None
    if parser.has_section("flake8"):
        return parser.options("flake8")
    return () if parser.has_section("flake8:local-plugins") else None


def _toml_section(path: str) -> Iterable[str] | None:
    import tomllib

    try:
        with open(path, "rb") as file:
            section = tomllib.load(file).get("tool", {}).get("flake8")
    except (OSError, ValueError):
        return None
    return section if isinstance(section, dict) else None


def _check_option_names(config: str) -> None:
    known = {option.name for option in all_options()}
    for key in _flake8_section(config) or ():
        name = key.replace("_", "-")
        if name.startswith("backend-") and name not in known:
            layers = ", ".join(layer.value for layer in LAYERS)
            raise BadOptionError(f"{os.path.basename(config)}: option {key!r} is unknown; layers are {layers}, see --help for the rest")


def _check_codes(options: Any) -> None:
    for name in _CODE_OPTIONS:
        for code in getattr(options, name, None) or ():
            _check_code(f"--{name.replace('_', '-')}", str(code))
    for code in re.findall(r"\bKBR\w*", str(getattr(options, "per_file_ignores", ""))):
        _check_code("--per-file-ignores", code)


def _check_code(option: str, code: str) -> None:
    if code.startswith("KBR") and not (_CODE_LIKE.match(code) and any(k.startswith(code) for k in known_codes())):
        raise BadOptionError(f"{option}: {code!r} is the code of no rule of this pack")


def enabled_rules(options: Any) -> tuple[Rule, ...]:
    """The rules that flake8 will not drop. Opt-in rules need `KBR…` in select or extend-select."""
    from flake8.style_guide import Decision, DecisionEngine

    engine = DecisionEngine(options)
    chosen = [str(c) for name in ("select", "extend_select") for c in getattr(options, name, None) or ()]
    rules = []
    for rule in all_rules():
        if engine.decision_for(rule.code) is not Decision.Selected:
            continue
        if rule.default or any(len(c) >= 3 and rule.code.startswith(c) for c in chosen):
            rules.append(rule())
    return tuple(rules)
