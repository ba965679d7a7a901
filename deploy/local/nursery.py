"""Decides how Casella's own processes come to life: forked from one parent that has imported everything.

That takes half the memory and a third of the time of starting each from nothing. It is only safe while the parent has
made no gRPC object, no loop and no thread, so this process does nothing but fork, wait and tell; the launcher gives
it orders, one JSON object a line, on standard input, and reads what happens on standard output.

Orders: `{"start": name, "module": package, "environment": {…}, "log": path}` runs a package as `python -m` would;
`{"start": name, "call": "module:function", "arguments": […], …}` calls a function. Answers: `{"ready": true}` once,
`{"started": name, "pid": n}`, `{"ended": name, "pid": n, "code": n}` (minus the signal, as in subprocess).
`{"end": true}` stops all its children and ends it. An input that ends without it means that the launcher was killed:
then it stops PostgreSQL and Temporal too, which would live on.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import runpy
import selectors
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from deploy.local.leftovers import held_tree, stop_servers
from services.kit.exiting import exit_at_once, exit_code

_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.02
_SET_PARENT_DEATH_SIGNAL = 1
_SET_NAME = 15
_READ = 65_536
_OURS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)


class Nursery:
    """The parent of Casella's processes."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self._children: dict[int, str] = {}
        self._unread = b""
        self._asked_to_end = False

    def run(self, modules: list[str]) -> None:
        """Imports these packages' programs, then obeys until the input ends."""
        for module in modules:
            importlib.import_module(f"{module}.__main__")
        importlib.import_module("services.kit.migrations")
        gc.collect()
        gc.freeze()  # what is shared with the children stays untouched by their collectors
        if threading.active_count() != 1:
            raise RuntimeError(f"an import has started a thread, so nothing may be forked: {threading.enumerate()}")
        waking, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waking, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        _tell({"ready": True})
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
            selector.register(waking, selectors.EVENT_READ)
            try:
                self._obey(selector, waking)
            finally:
                self._stop_all()
            if not self._asked_to_end:
                stop_servers(self._var)

    def _obey(self, selector: selectors.BaseSelector, waking: int) -> None:
        while not self._asked_to_end:
            for key, _ in selector.select():
                if key.fd == waking:
                    with contextlib.suppress(BlockingIOError):
                        os.read(waking, _READ)
                    self._bury()
                elif not self._read_orders():
                    return

    def _read_orders(self) -> bool:
        received = os.read(sys.stdin.fileno(), _READ)
        if not received:
            return False
        *lines, self._unread = (self._unread + received).split(b"\n")
        for order in map(json.loads, lines):
            if "end" in order:
                self._asked_to_end = True
            else:
                self._start(order)
        return True

    def _start(self, order: dict[str, Any]) -> None:
        # A signal in the child's first moments must not run the parent's handler, which would end its siblings.
        signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
        pid = os.fork()
        if pid == 0:
            _live(order)
        self._children[pid] = order["start"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        _tell({"started": order["start"], "pid": pid})

    def _bury(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _tell({"ended": self._children.pop(pid), "pid": pid, "code": os.waitstatus_to_exitcode(status)})

    def _stop_all(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + _STOP_SECONDS
        while self._children and time.monotonic() < end:
            self._bury()
            time.sleep(_POLL_SECONDS)
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def _tell(event: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # a launcher that was killed hears nothing; the input's end tells of it
        os.write(sys.stdout.fileno(), json.dumps(event).encode() + b"\n")


def _live(order: dict[str, Any]) -> None:
    """The whole life of a child.

    It exits without the interpreter's taking down, which would be the parent's.
    """
    code = 1
    try:
        _become(order)
        if "module" in order:
            # What the parent imported of it is not the program that runs.
            sys.modules.pop(f"{order['module']}.__main__", None)
            runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
        else:
            module, _, function = order["call"].partition(":")
            getattr(importlib.import_module(module), function)(*order["arguments"])
        code = 0
    except SystemExit as end:
        code = exit_code(end)
    except KeyboardInterrupt:
        code = 0
    except BaseException:
        logging.getLogger("deploy.local").critical("%s ended by an error", order["start"], exc_info=True)
    finally:
        exit_at_once(code)


def _become(order: dict[str, Any]) -> None:
    """Turns the copy of the parent into a process of its own."""
    signal.set_wakeup_fd(-1)
    for number in _OURS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.closerange(3, max(log, nothing, 64) + 1)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(Path(__file__).resolve().parents[2])
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        # Nothing lives on when the parent is killed.
        library.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
        library.prctl(_SET_NAME, f"casella-{order['start']}".encode()[:15], 0, 0, 0)


if __name__ == "__main__":
    with held_tree():
        Nursery(Path(sys.argv[1])).run(sys.argv[2:])
