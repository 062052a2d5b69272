"""Making machine code of LLVM's text, for this processor, once: what was made is kept on disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = [
    "Code",
    "Processor",
    "assembly",
    "cache_folder",
    "keep_code",
    "key_of",
    "load_code",
    "make_code",
    "processor",
]


class Processor:
    """What the code is made for: the processor's name, its features, and how wide its vectors are."""

    def __init__(self) -> None:
        import llvmlite
        import llvmlite.binding as llvm

        self.llvm = llvm
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features()
        self.name, self.features = llvm.get_host_cpu_name(), features.flatten()
        self.scales = bool(features.get("avx512f")) and bool(features.get("avx512dq"))
        self.width = 8 if self.scales else 4
        self.version = f"{llvmlite.__version__} {'.'.join(map(str, llvm.llvm_version_info))}"
        self.target = llvm.Target.from_default_triple()

    def machine(self) -> Any:
        """LLVM's code generator for this processor."""
        return self.target.create_target_machine(
            cpu=self.name, features=self.features, opt=2, codemodel="jitdefault", jit=True
        )

    def describe(self) -> str:
        """Everything about the processor and LLVM on which the code depends."""
        return f"{self.target.triple} {self.name} {self.features} {self.version}"


@lru_cache(maxsize=1)
def processor() -> Processor:
    """This machine's processor."""
    return Processor()


def cache_folder() -> Path:
    """Where compiled code is kept: WARGAME_CACHE_DIR, or the user's folder for caches."""
    given = os.environ.get("WARGAME_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "wargame"


class Code:
    """Functions that can be called; they stay while this object lives."""

    def __init__(self, objects: Sequence[bytes]) -> None:
        llvm = processor().llvm
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), processor().machine())
        for data in objects:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(data))
        self._engine.finalize_object()

    def function(self, name: str, arguments: Sequence[Any], result: Any = None) -> Any:
        """A function by its name, with the types of ctypes for arguments and result; it runs without Python's lock."""
        return ctypes.CFUNCTYPE(result, *arguments)(self._engine.get_function_address(name))


def make_code(text: str, *, thorough: bool) -> bytes:
    """Machine code of a module's text; `thorough` also vectorizes loops and inlines, which straight code need not."""
    code: bytes = processor().machine().emit_object(_improved(text, thorough=thorough))
    return code


def assembly(text: str, *, thorough: bool) -> str:
    """The same code as assembly, to look at."""
    listing: str = processor().machine().emit_assembly(_improved(text, thorough=thorough))
    return listing


def _improved(text: str, *, thorough: bool) -> Any:
    """The module after LLVM's passes."""
    made = processor()
    llvm, machine = made.llvm, made.machine()
    module = llvm.parse_assembly(text)
    module.triple = made.target.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=3 if thorough else 1)
    tuning.loop_vectorization = thorough
    tuning.slp_vectorization = False
    passes = llvm.create_pass_builder(machine, tuning)
    if thorough:
        passes.getModulePassManager().run(module, passes)
    else:
        pipeline = llvm.create_new_module_pass_manager()
        pipeline.add_sroa_pass()
        pipeline.add_simplify_cfg_pass()
        pipeline.add_instruction_combine_pass()
        pipeline.run(module, passes)
    return module


def key_of(parts: Mapping[str, object]) -> str:
    """The name under which code is kept: a digest of all it depends on."""
    whole = hashlib.sha256(processor().describe().encode())
    for name, part in parts.items():
        whole.update(f"\0{name}\0{part!r}".encode())
    return whole.hexdigest()


def load_code(key: str, count: int) -> list[bytes] | None:
    """The code kept under a key, if it is there and whole."""
    path = cache_folder() / f"{key}.code"
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, rest = data[:32], data[32:]
    if hashlib.sha256(rest).digest() != digest:
        return None
    objects = []
    for _ in range(count):
        size = int.from_bytes(rest[:8], "little")
        objects.append(rest[8 : 8 + size])
        rest = rest[8 + size :]
    return objects


def keep_code(key: str, objects: Sequence[bytes]) -> None:
    """Keep code under a key. Where that cannot be done, it is made anew next time."""
    rest = b"".join(len(data).to_bytes(8, "little") + data for data in objects)
    with suppress(OSError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{key}.code"
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        part.write_bytes(hashlib.sha256(rest).digest() + rest)
        part.replace(path)
