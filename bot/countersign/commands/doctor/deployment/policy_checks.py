"""The policy file: whether it can be read, what looks wrong in it, and whether Slack has its names."""

from collections.abc import AsyncIterator

from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.reading import PolicyError
from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.commands.doctor.deployment.policy_names import PolicyNames
from countersign.policy_file import find_policy_file, load_policy, missing_file_warning
from countersign.runs.gated_tools import gated_tools
from countersign.slack.client import SlackClient

_CHECK = "Run `countersign policy check`, and mend the file."
_WHERE = "Let POLICY_FILE name the file of your rules."
_UNANSWERED = "Slack did not tell about some names in {path}. {reason}"
_ASK_AGAIN = "See the check of the scopes, or run this again."
_EXPLAIN = "`countersign policy explain` says which rule matches."


async def check_policy(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings = examination.settings
    path = find_policy_file(settings.policy_file, settings.langgraph_config)
    try:
        policy = load_policy(path)
    except PolicyError as error:
        yield fail(" ".join(str(error).split("\n")), _CHECK)
        return
    if warning := missing_file_warning(settings.policy_file):
        yield warn(warning, _WHERE)
        return
    if not path.exists():
        yield ok(f"There is no {path}: full members of the workspace decide everything, also their own.")
        return
    found: list[CheckResult] = []
    memberships = None
    if examination.workspace is not None and examination.api is not None:
        slack = SlackClient(examination.api, examination.workspace)
        names = PolicyNames(api=examination.api, slack=slack)
        own = policy.of_workspace(examination.workspace.team)
        found = [finding async for finding in names.findings(own)]
        if names.unanswered:
            found.append(warn(_UNANSWERED.format(path=path, reason=names.unanswered[0]), _ASK_AGAIN))
        else:
            memberships = names.memberships
    else:
        yield skip(f"The names in {path} were not looked up in Slack.")
    actions = {name: gated_tools(graph.sample) for name, graph in examination.graphs.items()} or None
    team = examination.workspace.team if examination.workspace is not None else None
    looks_wrong = lint(policy, graphs=actions, memberships=memberships, team=team)
    found += [warn(each.in_file(str(path)), _EXPLAIN) for each in looks_wrong]
    for finding in found:
        yield finding
    if not found:
        yield ok(f"{path} is read, and nothing is wrong with it.")
