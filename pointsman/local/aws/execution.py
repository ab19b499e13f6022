"""Puts our function processes under MiniStack's Lambda: its pools, limits, logs and metrics stay."""

# ruff: noqa: SLF001

from collections.abc import Callable
from typing import Any

from pointsman.local.aws import embedded_metrics
from pointsman.local.aws.ministack import MiniStack
from pointsman.local.aws.workers import (
    RUNTIME,
    CodeDirectory,
    FunctionError,
    FunctionProcess,
    clean_python,
    environment,
)
from pointsman.local.settings import LocalSettings

type Result = dict[str, Any]


def install(ministack: MiniStack, settings: LocalSettings, endpoint_url: str) -> None:
    """Run every Python function in a process of its own on the clean interpreter."""
    start = _starter(ministack, settings, endpoint_url)
    runtime = ministack.lambda_runtime

    class IsolatedWorker(runtime.Worker):  # type: ignore[misc, name-defined]  # MiniStack has no types
        """A member of MiniStack's pool that holds one of our processes."""

        function: FunctionProcess

        def _spawn(self) -> None:
            self.function = start(self.config, self.code_zip)
            self._proc = self.function.process

        def run(self, request: dict[str, Any]) -> tuple[Any, str]:
            with self._lock:
                if self._proc is None or self._proc.poll() is not None:
                    self._spawn()
                return self.function.invoke(request)

    runtime.Worker = IsolatedWorker
    ministack.lambda_svc._execute_function_warm = _executor(ministack, ministack.lambda_svc._execute_function_warm)


def _starter(
    ministack: MiniStack, settings: LocalSettings, endpoint_url: str
) -> Callable[[dict[str, Any], bytes], FunctionProcess]:
    python = clean_python(settings.python_directory)
    code_directory = CodeDirectory(settings.scratch_directory / "code")

    def start(config: dict[str, Any], archive: bytes) -> FunctionProcess:
        code = code_directory.unpacked(archive)
        layers = [
            code_directory.unpacked(ministack.lambda_svc._resolve_layer_zip(layer))
            for layer in config.get("Layers", [])
        ]
        return FunctionProcess(python, code, layers, config, environment(ministack, config, endpoint_url, code))

    return start


def _executor(
    ministack: MiniStack, others: Callable[[dict[str, Any], Any, str], Result]
) -> Callable[[dict[str, Any], Any, str], Result]:
    runtime = ministack.lambda_runtime

    def execute(func: dict[str, Any], event: Any, request_id: str) -> Result:
        config = func.get("config") or func
        if not str(config.get("Runtime", "")).startswith("python"):
            return others(func, event, request_id)
        if (problem := _unrunnable(func, config)) is not None:
            return {"body": problem, "error": True, "log": problem["errorMessage"]}
        worker, _ = runtime.acquire_worker(
            config["FunctionName"], config, func["code_zip"], qualifier=config.get("Version", "$LATEST")
        )
        try:
            result, log = worker.run(_request(ministack, config, event, request_id))
        except FunctionError as failure:
            embedded_metrics.record(ministack, failure.log)
            return {"body": failure.body, "error": True, "log": failure.log}
        finally:
            runtime.release_worker(worker)
        embedded_metrics.record(ministack, log)
        return {"body": result, "log": log}

    return execute


def _unrunnable(func: dict[str, Any], config: dict[str, Any]) -> dict[str, str] | None:
    if not func.get("code_zip"):
        return {"errorType": "Runtime.NoCode", "errorMessage": f"{config['FunctionName']} has no code"}
    if config["Runtime"] != RUNTIME:
        message = f"{config['FunctionName']} asks for {config['Runtime']}, but only {RUNTIME} runs here"
        return {"errorType": "Runtime.UnsupportedRuntime", "errorMessage": message}
    return None


def _request(ministack: MiniStack, config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    return {
        "event": event,
        "request_id": request_id,
        "function_arn": config["FunctionArn"],
        "trace_id": ministack.lambda_svc._xray_trace_id_for_invocation(config),
    }
