"""The model of MODEL, OPENAI_API_KEY and OPENAI_BASE_URL: one tiny call."""

from collections.abc import AsyncIterator

import openai
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip

DEFAULT_MODEL = "gpt-5-mini"  # that of the graphs that come along
_TIMEOUT = 25.0  # seconds
_NO_KEY = "OPENAI_API_KEY is not set, so no model was called."
_ONLY_IF = "Set it if your graphs use OpenAI or a compatible server. Other models are not checked."
_QUOTA = "The account has no credit left, or too many calls at once. Look at the provider's usage page."
_SERVER = "The server cannot answer now. Try again later, or look at the provider's status page."


async def check_model(examination: CheckContext) -> AsyncIterator[CheckResult]:
    environment = examination.environment
    key, name = environment.get("OPENAI_API_KEY"), environment.get("MODEL") or DEFAULT_MODEL
    base = environment.get("OPENAI_API_BASE") or environment.get("OPENAI_BASE_URL") or None
    where = base or "OpenAI"
    if not key:
        yield skip(_NO_KEY, _ONLY_IF)
        return
    model = ChatOpenAI(
        model=name,
        api_key=SecretStr(key),
        base_url=base,
        use_responses_api=False,
        max_retries=0,
        timeout=_TIMEOUT,
    )
    try:
        await model.ainvoke("Reply with OK.")
    except openai.AuthenticationError:
        yield fail(
            f"{where} refused OPENAI_API_KEY.",
            "Make a new key at the provider, and set OPENAI_API_KEY to it.",
        )
    except openai.PermissionDeniedError:
        yield fail(f"{where} does not let this key use {name}.", "Set MODEL to one that the key may use.")
    except openai.NotFoundError:
        yield fail(
            f"{where} has no model {name}.", "Set MODEL to one that it has, and check OPENAI_BASE_URL."
        )
    except openai.RateLimitError:
        yield fail(f"{where} refuses calls for now (429).", _QUOTA)
    except openai.APIConnectionError:
        yield fail(f"{where} could not be reached.", "Check OPENAI_BASE_URL and the network.")
    except openai.APIStatusError as error:
        advice = _SERVER if error.status_code >= 500 else "Check MODEL and OPENAI_BASE_URL."
        yield fail(f"{where} answered {error.status_code} to a call of {name}.", advice)
    except (openai.OpenAIError, ValueError, TypeError) as error:
        seen = f"{where} did not answer as a compatible server does ({type(error).__name__})."
        yield fail(seen, "Check OPENAI_BASE_URL: it usually ends in /v1.")
    else:
        yield ok(f"{name} at {where} answers.")
