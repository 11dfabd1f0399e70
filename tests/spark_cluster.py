"""A standalone Spark master with workers on loopback, started for a test and stopped after it.

`python -m tests.spark_cluster --workers 2 -- COMMAND` runs a command with `{master}` in it filled in.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 600
_ALIVE = "Registering worker"


@contextmanager
def standalone_cluster(workers: int = 2) -> Iterator[str]:
    """The address of a master that `workers` workers of one core and 1 GB each have joined."""
    port = _free_port()
    address = f"spark://{HOST}:{port}"
    with ExitStack() as stopping:
        made = tempfile.TemporaryDirectory(prefix="verity-spark-", ignore_cleanup_errors=True)
        folder = Path(stopping.enter_context(made))
        master = _start("master.Master", ["--host", HOST, "--port", str(port), "--webui-port", "0"], folder, "master")
        stopping.callback(_stop, master)
        _wait_for(folder / "master.log", "Starting Spark master", 1, master)
        for i in range(workers):
            given = [
                "--host",
                HOST,
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                str(folder / f"work{i}"),
            ]
            worker = _start("worker.Worker", [*given, address], folder, f"worker{i}")
            stopping.callback(_stop, worker)
        _wait_for(folder / "master.log", _ALIVE, workers, master)
        yield address


def _start(kind: str, given: list[str], folder: Path, name: str) -> subprocess.Popen[bytes]:
    home = Path(pyspark.__file__).parent
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1"}
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *given]
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(log: Path, words: str, times: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while log.read_text(errors="replace").count(words) < times:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"Spark did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run a command beside a cluster."""
    parser = argparse.ArgumentParser(prog="python -m tests.spark_cluster")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    with standalone_cluster(asked.workers) as address:
        print(address, flush=True)
        return subprocess.run([part.replace("{master}", address) for part in asked.command], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
