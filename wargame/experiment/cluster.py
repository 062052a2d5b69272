"""Episodes played by Dask: on several processes of this machine, or on a cluster.

A chunk is one task, and comes back added up; where episodes are not kept, no row of a table travels. A worker that dies
has its tasks played again by others: a chunk is a pure function of its episodes' numbers, and is counted when its one
result is taken, so nothing is counted twice.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from wargame import __version__
from wargame.experiment.collect import Collector
from wargame.experiment.engines import RunError
from wargame.experiment.executors import Blocks, cut, workers_ignore_interrupts
from wargame.experiment.record import Piece
from wargame.experiment.task import Span, Task

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Dask", "chunk_of", "play_chunk"]

BATCH_CHUNK = 131_072
"""Episodes of a chunk on the batch engine: some seconds, against milliseconds that Dask needs for a task."""

KEPT_CHUNK = 32_768
"""The same where episodes are kept: all their rows travel."""

MESA_CHUNK = 128
"""Episodes of a chunk on the Mesa engine: some seconds."""

AHEAD = 3
"""Chunks that are played or wait to be collected, for each worker's thread."""

RETRIES = 3
"""How often a chunk is played again after an error of the machine it was played on."""

WAIT = "20s"
"""How long a scheduler may take to answer."""


class Dask:
    """Dask's workers.

    `where` is the address of a scheduler (`tcp://...`, `tls://...`), `local:N` for N processes on this machine, or a
    `distributed.Client`, which stays open. `chunk` is how many episodes make a task; by default it depends on the
    engine. `RunError` for anything else, without the extra `dask`, or if no scheduler answers.
    """

    def __init__(self, where: str | Client, *, chunk: int | None = None) -> None:
        if chunk is not None and chunk < 1:
            raise RunError(f"chunk is {chunk!r}; give a whole number of episodes from 1")
        self._where, self._chunk = where, chunk
        self._distributed = _distributed()
        if isinstance(where, str):
            self._local = _local_workers(where)

    def play(self, task: Task, spans: Iterable[Span]) -> Blocks:
        """Send chunks to the workers, never many more than they have threads, and hand over the pieces in order."""
        size = self._chunk or chunk_of(task)
        with self._client() as client, self._explained():
            chunks = cut(spans, size)
            # The scheduler keeps this task, and any worker can run it again: unlike data that is scattered, it cannot
            # be lost with the worker that holds it.
            shared = client.submit(_same, task, pure=False, key=f"wargame-{secrets.token_hex(6)}")
            waiting: deque[Any] = deque()
            try:
                while True:
                    wanted = AHEAD * max(1, sum(client.nthreads().values())) - len(waiting)
                    waiting.extend(
                        self._submit(client, shared, span) for span in islice(chunks, max(0, wanted))
                    )
                    if not waiting:
                        return
                    future = waiting.popleft()
                    piece = future.result()
                    future.release()
                    yield piece
            finally:
                client.cancel([*waiting, shared], force=True)

    def _submit(self, client: Any, shared: Any, span: Span) -> Any:
        first, count = span
        return client.submit(
            play_chunk, shared, first, count, __version__, pure=False, retries=RETRIES, key=_key(shared, span)
        )

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        if not isinstance(self._where, str):
            yield self._where
            return
        with contextlib.ExitStack() as stack:
            address: Any = self._where
            if self._local is not None:
                with workers_ignore_interrupts():
                    address = self._distributed.LocalCluster(
                        n_workers=self._local,
                        threads_per_worker=1,
                        processes=True,
                        # Any free port: None would mean 8787, which another cluster on this machine may have.
                        dashboard_address=":0",
                        # Workers that die or are ended in the middle of a chunk are no matter for a warning.
                        silence_logs=logging.ERROR,
                    )
                stack.callback(address.close)
            try:
                client = self._distributed.Client(address, timeout=WAIT, set_as_default=False)
            except (OSError, ValueError, TimeoutError) as error:
                raise RunError(
                    f"no Dask scheduler answers at {self._where}: {error}\n"
                    f"  {'mend:':<9}Start one (`dask scheduler`), give its address, or use --dask local:N."
                ) from error
            stack.callback(client.close)
            yield client

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of the cluster, as what can be done about them."""
        lost = (self._distributed.scheduler.KilledWorker, self._distributed.CancelledError, OSError)
        try:
            yield
        except lost as error:
            raise RunError(
                f"the Dask workers at {self._where} gave out: {str(error).splitlines()[0] if str(error) else 'lost'}\n"
                f"  {'mend:':<9}See that they have memory enough and stay alive. What is complete in the folder of the "
                "run is kept: go on with --resume (in Python: resume=True)."
            ) from error


def chunk_of(task: Task) -> int:
    """How many episodes of a task make a chunk by default."""
    if task.engine == "mesa":
        return MESA_CHUNK
    return KEPT_CHUNK if task.keep_episodes else BATCH_CHUNK


def play_chunk(task: Task, first: int, count: int, version: str) -> Piece:
    """Play episodes on a worker and add them up. `RunError` if the worker has another version of this package."""
    if version != __version__:
        raise RunError(
            f"a Dask worker has wargame {__version__}, and this process {version}\n"
            f"  {'mend:':<9}Install the same version everywhere: others may play a scenario differently."
        )
    player = task.player()
    collector = Collector(task.layout, keep_episodes=task.keep_episodes, origin=0)
    for span in cut([(first, count)], task.block):
        collector.add(player(*span))
    return collector.piece()


def _same(task: Task) -> Task:
    return task


def _key(shared: Any, span: Span) -> str:
    return f"{shared.key}-episodes-{span[0]}-{span[0] + span[1]}"


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise RunError(
            "--dask needs the package distributed, which is not installed\n"
            f"  {'mend:':<9}pip install 'wargame[dask]'"
        ) from None
    return distributed


def _local_workers(where: str) -> int | None:
    """How many processes `local:N` asks for; None for an address."""
    match = re.fullmatch(r"local:(\d{1,3})", where)
    if match and 1 <= int(match[1]) <= 256:
        return int(match[1])
    if re.fullmatch(r"(tcp|tls|ucx|ws|wss|inproc)://\S+", where):
        return None
    raise RunError(
        f"{where!r} names no Dask cluster\n"
        f"  {'mend:':<9}Give the address of a scheduler, such as tcp://10.0.0.1:8786, or local:N for N processes here."
    )
