# SPDX-License-Identifier: Apache-2.0
# What python/extension/ offers; each call's contract is in its docstring there.
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Literal, TypedDict, final

from clew.headers import Received

Kind = Literal["local", "client", "server", "producer", "consumer"]

class Stats(TypedDict):
    finished: int
    sent: int
    dropped: dict[str, int]
    messages_sent: int
    messages_failed: int
    headers_malformed: int
    retries: int
    message_bytes: int
    written_bytes: int
    compression_refused: int
    breaker: Literal["closed", "open", "half_open"]
    breaker_openings: int
    recovered: int
    recovery_damaged: int
    rings_unfiled: int
    last_error: str

version: str
current_span: ContextVar[Span | None]

no_span: Span

def current() -> Span | None: ...
def span(
    name: object, /, *, kind: Kind = "local", parent: Span | Received | None = None, **tags: object
) -> Span: ...
def activate(tracer: Tracer | None, report: Callable[[str, BaseException], None], /) -> None: ...

@final
class Span:
    @property
    def trace_id(self) -> str: ...
    @property
    def span_id(self) -> str | None: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def is_sampled(self) -> bool: ...
    @property
    def is_debug(self) -> bool: ...
    @property
    def is_open(self) -> bool: ...
    def set_name(self, name: object, /) -> None: ...
    def tag(self, key: object, value: object, /) -> None: ...
    def annotate(self, text: object, at_us: int = 0, /) -> None: ...
    def error(self, what: object, /) -> None: ...
    def remote(self, ip: str, port: int, service_name: str = "", /) -> None: ...
    def local(self, ip: str, port: int, /) -> None: ...
    @property
    def baggage(self) -> dict[str, str]: ...
    def set_baggage(self, name: object, value: object, /) -> bool: ...
    def inject(self) -> list[tuple[str, str]]: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...
    def __enter__(self) -> Span: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> Literal[False]: ...

Headers = Mapping[Any, Any] | Iterable[tuple[Any, Any]]

@final
class Tracer:
    def __new__(
        cls,
        service_name: str | None,
        endpoint: str | None = None,
        *,
        sample_rate: float | None = None,
        propagation: str | None = None,
        join: bool | None = None,
        local_ip: str | None = None,
        local_port: int | None = None,
        trace_id_bits: Literal[64, 128] | None = None,
        flush_interval_ms: int | None = None,
        close_timeout_ms: int | None = None,
        ring_bytes: int | None = None,
        queue_bytes_max: int | None = None,
        gzip: bool | None = None,
        extract_order: str | None = None,
        trust_inbound: Literal["all", "ids", "no"] | None = None,
        sampler: str | None = None,
        ring_dir: str | None = None,
        ignore_environment: bool = False,
    ) -> Tracer: ...
    def start(self, name: object, kind: Kind = "local", parent: Span | None = None, /) -> Span: ...
    def receive(self, name: object, environ: dict[str, Any], /) -> Span: ...
    def extract(
        self, headers: Headers, name: object, kind: Kind = "server", path: object = None, /
    ) -> Span: ...
    def sample_by(self, choose: Callable[[str, str | None], bool | None] | None, /) -> None: ...
    def receive_http(
        self, method: str, target: str, environ: dict[str, Any], peer: object, /
    ) -> Span: ...
    def flush(self, timeout: float = 1.0, /) -> bool: ...
    def close(self, timeout: float = 1.0, /) -> bool: ...
    def stats(self) -> Stats: ...

@final
class Exchange:
    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], /) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...
    def writelines(self, lines: list[bytes], /) -> None: ...
    def flush(self) -> None: ...
    def failed(self, error: BaseException, /) -> None: ...

@final
class ServerHook:
    def __new__(
        cls,
        tracer: Tracer,
        original: Callable[..., Any],
        watch_body: Callable[[Any, Exchange], Any],
        whole: tuple[type, ...],
        legacy_tags: bool,
        /,
    ) -> ServerHook: ...
    @property
    def __wrapped__(self) -> Callable[..., Any]: ...
    def __get__(self, instance: Any, owner: type | None = None, /) -> Callable[..., Any]: ...
    def __getattr__(self, name: str) -> Any: ...
    def __call__(self, handler: Any, /) -> Any: ...

@final
class Wsgi:
    def __new__(
        cls,
        application: Callable[..., Any],
        skip: tuple[str, ...] = (),
        whole: tuple[type, ...] = (),
        trace_header: str | None = None,
        tags: dict[str, str] | None = None,
        /,
    ) -> Wsgi: ...
    @property
    def __wrapped__(self) -> Callable[..., Any]: ...
    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], /) -> Any: ...
