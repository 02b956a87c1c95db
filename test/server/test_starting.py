# SPDX-License-Identifier: Apache-2.0
"""What a wrong start says, and how signals and streams are met."""

import os
import signal
import socket
import subprocess
import time

import pytest

WAIT_SECONDS_MAX = 20


def run(binary, *arguments, **options):
    return subprocess.run(
        [binary, *arguments],
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS_MAX,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--query-threads", "1000000"), "query-threads: there can be at most 256"),
        (("--config", "/dev/zero"), "larger than 1048576 bytes"),
        (("--config", "/tmp"), "Is a directory"),
        (("--bind", "nowhere"), "'nowhere' is not an address"),
        (("--ui-logs-url", "javascript:alert(1)"), "ui-logs-url: only http"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(binary, flags, words):
    done = run(binary, "serve", "--port", "0", "--scribe-port", "0", *flags)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr


def test_an_unknown_table_is_told(binary, tmp_path):
    config = tmp_path / "clew.toml"
    config.write_text("[zzz]\nport = 1\n")
    done = run(binary, "serve", "--config", str(config))
    assert done.returncode == 2
    assert "there is no table [zzz]" in done.stderr


def test_a_full_disk_is_no_success(binary):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [binary, "--version"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr


def test_a_signal_ends_it_while_the_configuration_does_not_come(binary, tmp_path):
    pipe = tmp_path / "clew.toml"
    os.mkfifo(pipe)
    child = subprocess.Popen([binary, "serve", "--config", pipe], stderr=subprocess.DEVNULL)
    time.sleep(0.2)  # whenever it comes, the signal must end it
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=WAIT_SECONDS_MAX) == -signal.SIGTERM


@pytest.fixture
def hangup():
    """Sets what a server that is started next inherits: tests may run under nohup themselves."""
    before = signal.getsignal(signal.SIGHUP)
    yield lambda action: signal.signal(signal.SIGHUP, action)
    signal.signal(signal.SIGHUP, before)


def test_a_closed_terminal_ends_it_in_order(start, hangup):
    hangup(signal.SIG_DFL)
    server = start()
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(timeout=WAIT_SECONDS_MAX) == 0
    assert "signal=SIGHUP" in server.log.read_text()


def test_under_nohup_it_outlives_the_terminal(start, hangup):
    hangup(signal.SIG_IGN)
    server = start()
    server.process.send_signal(signal.SIGHUP)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=WAIT_SECONDS_MAX) == 0
    assert "signal=SIGHUP" not in server.log.read_text()


def test_no_password_of_a_url_is_logged(start):
    server = start("--ui-archive-post-url", "http://user:s3cr3t@archive/x")
    assert "s3cr3t" not in server.log.read_text()
    assert "http://***@archive/x" in server.log.read_text()


def test_closed_streams_are_not_given_to_sockets(binary, tmp_path):
    ports = tmp_path / "ports"
    command = f'exec "{binary}" serve --port 0 --no-scribe --port-file "{ports}" <&- >&- 2>&-'
    child = subprocess.Popen(["sh", "-c", command])
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not ports.exists():
        assert time.monotonic() < deadline
        assert child.poll() is None
        time.sleep(0.01)
    streams = [os.readlink(f"/proc/{child.pid}/fd/{number}") for number in range(3)]
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=WAIT_SECONDS_MAX) == 0
    assert streams == ["/dev/null"] * 3


@pytest.fixture
def taken_scribe_port():
    """Zipkin's port for scribe, taken by us or by another program already."""
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 9410))
            taken.listen()
        except OSError:
            pass
        yield 9410


def test_a_default_port_of_scribe_that_is_taken_is_a_warning(binary, tmp_path, taken_scribe_port):
    ports = tmp_path / "ports"
    command = [binary, "serve", "--port", "0", "--port-file", ports]
    with open(tmp_path / "log", "wb") as log:
        child = subprocess.Popen(command, stderr=log)
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not ports.exists():
        assert time.monotonic() < deadline
        assert child.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=WAIT_SECONDS_MAX) == 0
    assert "event=without_scribe" in (tmp_path / "log").read_text()
    chosen = run(binary, "serve", "--port", "0", "--scribe-port", str(taken_scribe_port))
    assert chosen.returncode == 1
    assert "is in use by another program" in chosen.stderr
