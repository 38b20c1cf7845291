"""What Sentry and OpenTelemetry record of requests to the package's sandbox."""

import json

import pytest
import sentry_sdk
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sentry_transport import SentryTransport
from vivialconnect import Message, Number, Resource, VivialConnectError

TEXT = {"from_number": "+19132597591", "to_number": "+15154469790", "body": "Your table is ready"}


@pytest.fixture(autouse=True)
def sandbox(vivialconnect_sandbox):
    Number(phone_number=TEXT["from_number"]).buy()
    return vivialconnect_sandbox


def send_and_reload(sandbox):
    """Send a message; reload it, with one retry; send another one, whose response is lost."""
    message = Message.create(TEXT)
    sandbox.chaos.add("service_unavailable", retry_after=0, times=1)
    message.reload()
    sandbox.chaos.add("drop_answer", method="POST")
    with pytest.raises(VivialConnectError) as caught:
        Message.create(TEXT)
    return caught.value


def secrets(sandbox):
    """Return the API secret and the signature of each request."""
    signed = [request.headers["Authorization"] for request in sandbox.requests]
    return [sandbox.api_secret, *(value.rpartition(":")[2] for value in signed)]


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    RequestsInstrumentor().instrument(tracer_provider=provider)
    yield exporter.get_finished_spans
    RequestsInstrumentor().uninstrument()


def test_opentelemetry(spans, sandbox):
    send_and_reload(sandbox)
    recorded = "".join(span.to_json() for span in spans())

    assert [span.name for span in spans()] == ["POST", "GET", "GET", "POST"]
    assert '"http.status_code": 503' in recorded
    assert [text for text in [*secrets(sandbox), TEXT["body"]] if text in recorded] == []
    assert "traceparent" in {name.lower() for name in sandbox.requests[-1].headers}


class Recorder(sentry_sdk.transport.Transport):
    """Keeps what would be sent to Sentry."""

    def __init__(self):
        super().__init__()
        self.items = []

    def capture_envelope(self, envelope):
        self.items += [item.payload.json for item in envelope.items]


@pytest.fixture
def recorder():
    recorder = Recorder()
    sentry_sdk.init(
        dsn="https://public@sentry.invalid/1",
        transport=recorder,
        traces_sample_rate=1.0,
        include_local_variables=False,
    )
    yield recorder
    sentry_sdk.init()


def test_sentry(recorder, sandbox, monkeypatch):
    monkeypatch.setattr(Resource, "transport", SentryTransport())
    with sentry_sdk.start_transaction(name="test"):
        sentry_sdk.capture_exception(send_and_reload(sandbox))
    error, transaction = recorder.items
    recorded = json.dumps(recorder.items)

    assert error["exception"]["values"][-1]["type"] == "ConnectionError"
    assert [span["description"].partition(" ")[0] for span in transaction["spans"]] == [
        "POST",
        "GET",
        "GET",
        "POST",
    ]
    assert transaction["spans"][1]["data"]["http.response.status_code"] == 503
    assert [text for text in [*secrets(sandbox), TEXT["body"]] if text in recorded] == []


def test_sentry__local_variables(recorder, sandbox):
    """With local variables, an event has the body of the request, but not the secret."""
    sentry_sdk.init(dsn="https://public@sentry.invalid/1", transport=recorder)
    sentry_sdk.capture_exception(send_and_reload(sandbox))
    recorded = json.dumps(recorder.items)

    assert TEXT["body"] in recorded
    assert [text for text in secrets(sandbox) if text in recorded] == []
