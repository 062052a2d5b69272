"""Every notebook runs from top to bottom within a minute, and is thin: it calls the library."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 60


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_within_a_minute(path: Path, tmp_path: Path) -> None:
    """A minute of the processor's time, so that a busy machine does not fail the test."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import time\ntime.process_time()"))
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=4 * SECONDS, kernel_name="python3", resources=where).execute()
    assert float(notebook.cells[-1].outputs[0].data["text/plain"]) < SECONDS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_thin(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            source = re.sub(r"^%.*$", "", cell.source, flags=re.MULTILINE)
            kinds = (ast.FunctionDef, ast.ClassDef)
            assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)], source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_as_run_once_from_top_to_bottom(path: Path) -> None:
    """A reader on the web sees the results: cells are numbered from 1 without gaps, and none failed."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
