"""Stands in for systemctl where no systemd runs: does what the unit files say, as far as it goes.

    start stop restart reload reload-or-restart kill is-active status enable disable

It knows what starts and ends a service, whose it is, and its directories; not what shuts it in.
"""

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PLACES = ("/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system")
STATE = Path("/run/stand-in")
NAMES = {"postgresql": "postgresql@15-main"}
"""What is one service here and only a name for all of a kind in Debian."""

WAIT = 25
"""Seconds that a service has to be ready, or to end."""


class Unit:
    """One service: its file, with what is set in drop-ins behind it."""

    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        before, at, rest = self.name.partition("@")
        self.instance = rest.rpartition(".")[0] if at else ""
        self.template = f"{before}@.{self.name.rpartition('.')[2]}" if at else self.name
        self.values: dict[str, list[str]] = {}
        found = [place for place in PLACES if Path(place, self.template).exists()]
        if not found:
            sys.exit(f"Failed to start {self.name}: Unit {self.name} not found.")
        self._read(Path(found[0], self.template))
        for place in PLACES:
            for path in sorted(Path(place, f"{self.template}.d").glob("*.conf")):
                self._read(path)

    def _read(self, path: Path) -> None:
        text = path.read_text().replace("\\\n", " ")
        for line in text.splitlines():
            key, is_setting, value = line.partition("=")
            if not is_setting or line.startswith(("#", ";")):
                continue
            held = self.values.setdefault(key.strip(), [])
            if value.strip():
                held.append(self._filled(value.strip()))
            else:
                held.clear()

    def _filled(self, value: str) -> str:
        words = {"%i": self.instance, "%I": self.instance, "%n": self.name, "%N": self.name[:-8]}
        words |= {
            "%t": "/run",
            "%S": "/var/lib",
            "%H": "prime",
            "%d": f"/run/credentials/{self.name}",
        }
        for word, meant in words.items():
            value = value.replace(word, meant)
        return value.replace("%%", "%")

    def one(self, key: str, default: str = "") -> str:
        return (self.values.get(key) or [default])[-1]

    @property
    def pid_file(self) -> Path:
        return STATE / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return STATE / f"{self.name}.log"

    def main_pid(self) -> int | None:
        """Of the process that runs; None: it does not."""
        for path in (self.pid_file, Path(self.one("PIDFile", "/nothing"))):
            if path.exists() and (text := path.read_text().split()) and is_running(int(text[0])):
                return int(text[0])
        return None

    def environment(self) -> dict[str, str]:
        found = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        user = pwd.getpwnam(self.one("User", "root"))
        found |= {"HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name}
        for line in self.values.get("Environment", []):
            found |= dict(word.split("=", 1) for word in shlex.split(line))
        for name in self.values.get("EnvironmentFile", []):
            path = Path(name.removeprefix("-"))
            if path.exists() or not name.startswith("-"):
                lines = [line.strip() for line in path.read_text().splitlines()]
                pairs = [line.split("=", 1) for line in lines if "=" in line and line[0] != "#"]
                found |= {key: "".join(shlex.split(value)) for key, value in pairs}
        return found | self._directories(user)

    def _directories(self, user: pwd.struct_passwd) -> dict[str, str]:
        made = {}
        for kind, above in (
            ("Runtime", "/run"), ("State", "/var/lib"), ("Logs", "/var/log"),
            ("Cache", "/var/cache"), ("Configuration", "/etc"),
        ):  # fmt: skip
            for name in self.one(f"{kind}Directory").split():
                path = Path(above, name)
                path.mkdir(parents=True, exist_ok=True)
                path.chmod(int(self.one(f"{kind}DirectoryMode", "755"), 8))
                if kind != "Configuration":
                    shutil.chown(path, user.pw_uid, user.pw_gid)
                made[f"{kind.upper()}_DIRECTORY"] = str(path)
        for line in self.values.get("LoadCredential", []):
            name, _, source = line.partition(":")
            path = Path("/run/credentials", self.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            path.chmod(0o400)
            shutil.chown(path, user.pw_uid, user.pw_gid)
            shutil.chown(path.parent, user.pw_uid, user.pw_gid)
            made["CREDENTIALS_DIRECTORY"] = str(path.parent)
        return made


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def words_of(command: str, environment: dict[str, str], unit: Unit) -> list[str]:
    """`$A` is split into words and `${A}` is not, as systemd has it."""
    values = environment | {"MAINPID": str(unit.main_pid() or "")}
    words: list[str] = []
    for word in shlex.split(command.lstrip("-+!@:")):
        if word[:1] == "$" and word[1:2] != "{":
            words += values.get(word[1:], "").split()
            continue
        for key, value in values.items():
            word = word.replace(f"${{{key}}}", value)
        words.append(word)
    return words


def run(unit: Unit, key: str, environment: dict[str, str]) -> None:
    """Each command of ExecStartPre and the like, to its end; exits with 1 if one fails."""
    for command in unit.values.get(key, []):
        with unit.log.open("ab") as log:
            words = words_of(command, environment, unit)
            user = unit.one("User", "root") if "+" not in command[:2] else "root"
            done = subprocess.run(
                words, env=environment, stdout=log, stderr=log, check=False, user=user,
                group=pwd.getpwnam(user).pw_gid, cwd=unit.one("WorkingDirectory", "/"),
            )  # fmt: skip
        if done.returncode and not command.startswith("-"):
            fail(unit)


def fail(unit: Unit) -> None:
    sys.exit(
        f"Job for {unit.name} failed because the control process exited with error code.\n"
        f'See "systemctl status {unit.name}" and "journalctl -xeu {unit.name}" for details.'
    )


def start(unit: Unit) -> None:
    if unit.main_pid() is not None:
        return
    environment = unit.environment()
    run(unit, "ExecStartPre", environment)
    kind = unit.one("Type", "simple")
    if kind in ("oneshot", "forking"):
        run(unit, "ExecStart", environment)
    else:
        keep_running(unit, environment, waits=kind.startswith("notify"))
    run(unit, "ExecStartPost", environment)


def keep_running(unit: Unit, environment: dict[str, str], *, waits: bool) -> None:
    """Start the service under a process of its own, which starts it again if it should."""
    said = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    address = f"{STATE}/{unit.name}.notify"
    Path(address).unlink(missing_ok=True)
    said.bind(address)
    os.chmod(address, 0o777)
    said.settimeout(0.1)
    (STATE / f"{unit.name}.failed").unlink(missing_ok=True)
    if os.fork() == 0:
        os.setsid()
        watch(unit, environment | ({"NOTIFY_SOCKET": address} if waits else {}))
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        try:
            if not waits or b"READY=1" in said.recv(65_536):
                break
        except TimeoutError:
            pass
        if waits and (STATE / f"{unit.name}.failed").exists():
            fail(unit)
    else:
        fail(unit)
    while unit.main_pid() is None and time.monotonic() < until:
        time.sleep(0.01)


def watch(unit: Unit, environment: dict[str, str]) -> None:
    failed = STATE / f"{unit.name}.failed"
    user = pwd.getpwnam(unit.one("User", "root"))
    group = unit.one("Group") or user.pw_gid
    with Path("/dev/null").open("r+b") as nothing, unit.log.open("ab") as log:
        for name, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(name.fileno(), target)
    again = unit.one("Restart", "no")
    for _ in range(5):
        service = subprocess.Popen(
            words_of(unit.one("ExecStart"), environment, unit), env=environment, user=user.pw_uid,
            group=group, extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
            umask=int(unit.one("UMask", "022"), 8), cwd=unit.one("WorkingDirectory", "/"),
        )  # fmt: skip
        unit.pid_file.write_text(str(service.pid))
        code = service.wait()
        if not unit.pid_file.exists() or unit.pid_file.read_text() != str(service.pid):
            os._exit(0)  # it was stopped, and perhaps started by another one since
        prevented = str(code) in unit.one("RestartPreventExitStatus").split()
        if prevented or again == "no" or (again == "on-failure" and code == 0):
            break
        time.sleep(0.1)
    failed.write_text("failed")
    unit.pid_file.unlink(missing_ok=True)
    os._exit(0)


def stop(unit: Unit) -> None:
    pid = unit.main_pid()
    unit.pid_file.unlink(missing_ok=True)
    if unit.one("ExecStop"):
        run(unit, "ExecStop", unit.environment())
    elif pid is not None:
        os.kill(pid, signal.Signals[unit.one("KillSignal", "SIGTERM")])
    until = time.monotonic() + WAIT
    while pid is not None and is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    if pid is not None and is_running(pid):
        os.kill(pid, signal.SIGKILL)


def reload(unit: Unit) -> None:
    if unit.main_pid() is None:
        sys.exit(f"{unit.name} is not active, cannot reload.")
    run(unit, "ExecReload", unit.environment())


def status(unit: Unit) -> None:
    pid = unit.main_pid()
    state = f"active (running), Main PID: {pid}" if pid else "inactive (dead)"
    print(f"{unit.name} - {unit.one('Description')}\n     Active: {state}")
    if unit.log.exists():
        print("\n".join(unit.log.read_text().splitlines()[-10:]))


def wanted_by(target: str) -> list[str]:
    """Names of what is started with it."""
    return sorted(path.name for path in Path(PLACES[0], f"{target}.wants").glob("*"))


def parts_of(target: str) -> list[str]:
    """Names of what runs and is stopped with it."""
    running = [path.stem for path in STATE.glob("*.service.pid")]
    return [name for name in running if target in Unit(name).one("PartOf").split()]


def named(pattern: str) -> list[str]:
    """The units that a word names: itself, or whatever runs and is like it."""
    if "*" not in pattern:
        return [pattern]
    whole = pattern if pattern.endswith(".service") else f"{pattern}.service"
    running = [path.stem for path in STATE.glob(f"{whole}.pid")]
    return sorted(name for name in running if Unit(name).main_pid())


def note_wanted(unit: Unit) -> None:
    for target in unit.one("WantedBy").split():
        directory = Path(PLACES[0], f"{target}.wants")
        directory.mkdir(exist_ok=True)
        (directory / unit.name).touch()


def is_active(unit: Unit) -> None:
    is_up = unit.main_pid() is not None
    print("active" if is_up else "inactive")
    sys.exit(0 if is_up else 3)


def restart(unit: Unit) -> None:
    stop(unit)
    start(unit)


def reload_or_restart(unit: Unit) -> None:
    (reload if unit.main_pid() else start)(unit)


VERBS = {
    "start": start, "stop": stop, "restart": restart, "reload": reload, "status": status,
    "reload-or-restart": reload_or_restart, "is-active": is_active,
    "enable": start, "disable": stop,
}  # fmt: skip


def act(verb: str, name: str, options: list[str]) -> None:
    """Do it to one service; timers are known and do nothing here."""
    if name.endswith(".timer"):
        return
    unit = Unit(NAMES.get(name, name))
    if verb == "enable":
        note_wanted(unit)
    if verb == "kill":
        sent = [word.partition("=")[2] for word in options if word.startswith("--signal=")]
        os.kill(unit.main_pid() or 0, signal.Signals[(sent or ["SIGTERM"])[0]])
    elif verb not in ("enable", "disable") or "--now" in options:
        VERBS[verb](unit)


def main() -> None:
    STATE.mkdir(exist_ok=True)
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    verb, *names = [word for word in sys.argv[1:] if not word.startswith("-")]
    if verb in ("daemon-reload", "reset-failed"):
        return
    if verb not in (*VERBS, "kill"):
        sys.exit(f"the stand-in for systemctl does not know {verb}")
    names = [name for pattern in names for name in named(pattern)]
    if names and names[0].endswith(".target"):
        names = wanted_by(names[0]) if verb == "start" else parts_of(names[0])
    if len(names) == 1:
        act(verb, names[0], options)
    elif names:  # all at once, as systemd does it
        each = [subprocess.Popen([sys.argv[0], *options, verb, name]) for name in names]
        sys.exit(max(one.wait() for one in each))


if __name__ == "__main__":
    main()
