"""Making the page: sections laid out by a template into one file that needs nothing else."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from importlib import resources
from pathlib import Path

from wargame.experiment.errors import ResultsError
from wargame.report.html.headline import headline
from wargame.report.html.sections import SECTIONS
from wargame.report.html.subject import Subject

__all__ = ["page", "write"]

TEMPLATES = "templates"


def page(subject: Subject) -> str:
    """The report as HTML: no scripts, no network, everything inside. The same subject gives the same text."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = [section for make in SECTIONS if (section := make(subject)) is not None]
    text = environment.get_template("page.html").render(
        headline=headline(subject), sections=sections, style=_template("page.css"), version=_version()
    )
    # A number and its percent sign stay on one line.
    return text.replace(" %", "\u00a0%")


def write(subject: Subject, path: Path) -> Path:
    """Write the report to a file, whole or not at all."""
    text = page(subject)
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as error:
        remedy = "Check the disk's space and rights, or choose another file with --out."
        raise ResultsError(path, f"the report could not be written: {error}", remedy) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return path


def _template(name: str) -> str:
    return (resources.files("wargame.report.html") / TEMPLATES / name).read_text(encoding="utf-8")


def _version() -> str:
    from wargame import __version__

    return __version__
