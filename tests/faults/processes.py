"""Drivers of whole processes: forked with everything imported, then killed, stopped, continued.

A forked child has none of its parent's connections: each opens its own, as any worker would.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Child:
    """A forked process that runs one function and exits 0, or 1 when it raised."""

    pid: int
    code: int | None = None

    @classmethod
    def run(cls, work: Callable[[], object]) -> Child:
        """Fork and run `work` in the child; its traceback goes to standard error."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return cls(pid)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)  # nothing of the test session's own clean-up may run here

    def alive(self) -> bool:
        """Whether it still runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is None

    def wait(self, seconds: float = 300) -> int:
        """Its exit code; raises TimeoutError, and kills it, when it takes longer."""
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > end:
                self.kill()
                raise TimeoutError(f"a child was still running after {seconds:.0f} s")
            time.sleep(0.002)
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        """kill -9, and collect it."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)

    def wait_stopped(self, seconds: float = 60) -> bool:
        """Wait until it is stopped or has ended; whether it is stopped."""
        end = time.monotonic() + seconds
        while self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                return True
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                self.kill()
                raise TimeoutError(f"a child had not stopped after {seconds:.0f} s")
            time.sleep(0.002)
        return False

    def stop(self) -> None:
        """SIGSTOP: it holds all it has and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)
