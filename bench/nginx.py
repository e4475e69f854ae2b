"""The proxy of a deployment as a process of its own: `deploy/nginx.conf` itself, on loopback ports.

Only addresses, certificates and paths are replaced, and TLS is left out where there is no certificate.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from bench.launcher import ROOT, ServerFailed, free_port

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_WORKER = re.compile(r"^( *)server worker\d+:\d+( [^;]*)?;\n(?: *server worker\d+:\d+[^;]*;\n)*", re.MULTILINE)


class Nginx:
    """One nginx in the foreground, with all its files under ``directory``.

    ``workers`` is name → port, in the order of the upstreams. ``static_root`` is a directory named ``static``;
    ``certificates`` is one with ``fullchain.pem`` and ``privkey.pem``.
    """

    def __init__(
        self,
        directory: Path,
        workers: Mapping[str, int],
        static_root: Path,
        certificates: Path | None = None,
    ) -> None:
        self.directory = directory
        self.workers = dict(workers)
        self.static_root = static_root
        self.certificates = certificates
        self.processes: int | None = None
        """How many serve, with an even share of the connections each; by default it is as in the deployment."""
        self.port = free_port()
        self.redirect_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The master process."""
        if self._process is None:
            raise ServerFailed("nginx is not running")
        return self._process.pid

    def configuration(self) -> str:
        """`deploy/nginx.conf` as it is used here."""
        text = CONFIGURATION.read_text()
        addresses = [f"127.0.0.1:{port}" for port in self.workers.values()]
        text, upstreams = _WORKER.subn(
            lambda found: "".join(f"{found[1]}server {address}{found[2] or ''};\n" for address in addresses), text
        )
        paths = "".join(f"    {name}_temp_path {self.directory / name};\n" for name in TEMPORARY)
        replaced = {
            "http {\n": f"http {{\n{paths}",
            "root /srv;": f"root {self.static_root.parent};",
            "listen 80 ": f"listen 127.0.0.1:{self.redirect_port} ",
        }
        if self.processes is not None:
            replaced |= {
                "worker_processes auto;": f"worker_processes {self.processes};",
                "backlog=4096;": "backlog=4096 reuseport;",
            }
        if self.certificates is not None:
            replaced |= {
                "listen 443 ": f"listen 127.0.0.1:{self.port} ",
                "/etc/nginx/certs/": f"{self.certificates}/",
            }
        else:
            replaced |= {"listen 443 ssl ": f"listen 127.0.0.1:{self.port} "}
            text = re.sub(r"^ *ssl_.*\n", "", text, flags=re.MULTILINE)
        if upstreams != 2 or any(old not in text for old in replaced):
            raise ServerFailed(f"{CONFIGURATION.name} has changed; {__name__} does not know it any more")
        for old, new in replaced.items():
            text = text.replace(old, new)
        return text

    def check(self) -> str:
        """What ``nginx -t`` says of the configuration. Raises `ServerFailed` if it is refused."""
        self._write()
        command = [*self._command(), "-t"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=START_TIMEOUT_S)
        if run.returncode:
            raise ServerFailed(run.stderr)
        return run.stderr

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises `ServerFailed`."""
        self._write()
        with (self.directory / "nginx.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._takes_connections():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"nginx did not come up:\n{self.log()[-2000:]}")
            time.sleep(0.01)

    def reload(self, workers: Mapping[str, int] | None = None) -> None:
        """Read the configuration anew, with these workers, and wait until the new processes serve."""
        if workers is not None:
            self.workers = dict(workers)
        self.check()
        before = self.process_ids()
        psutil.Process(self.pid).send_signal(signal.SIGHUP)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.process_ids() - before:
            if time.monotonic() > deadline:
                raise ServerFailed(f"nginx does not reload:\n{self.log()[-2000:]}")
            time.sleep(0.01)

    def process_ids(self) -> set[int]:
        """The processes that serve now, old ones with open sockets among them."""
        return {process.pid for process in psutil.Process(self.pid).children()}

    def cpu_s(self) -> float:
        """CPU seconds of the processes that serve now."""
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in self.process_ids())

    def rss_bytes(self) -> int:
        """Resident memory of the processes that serve now; what they share is counted for each."""
        return sum(psutil.Process(pid).memory_info().rss for pid in self.process_ids())

    def stop(self) -> None:
        """End it at once; without effect if it does not run."""
        if self._process is None:
            return
        children = psutil.Process(self._process.pid).children() if self._process.poll() is None else []
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _, stubborn = psutil.wait_procs(children, timeout=STOP_TIMEOUT_S)
        for process in stubborn:
            process.kill()
        self._process = None

    def log(self) -> str:
        """Everything that it has complained about."""
        path = self.directory / "nginx.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _write(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "nginx.conf").write_text(self.configuration())

    def _command(self) -> list[str]:
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        if program is None:
            raise ServerFailed("there is no nginx; `make services` installs it")
        # What it serves lies where only this user may look.
        user = "user root; " if os.getuid() == 0 else ""
        settings = f"daemon off; pid {self.directory / 'nginx.pid'}; {user}"
        return [program, "-p", str(self.directory), "-c", "nginx.conf", "-e", "stderr", "-g", settings]

    def _takes_connections(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
