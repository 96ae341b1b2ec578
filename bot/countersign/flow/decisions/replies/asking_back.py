"""Asks the writer of an unclear message what it means, with buttons that offer what it could be."""

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.person import Person
from countersign.flow.decisions.answer_validation import decision_in_reply
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.replies.intent import Intent, likely_intent
from countersign.flow.decisions.replies.reply_offer import ReplyChoice, ReplyOffer
from countersign.flow.messages.inbound import Inbound
from countersign.flow.review import Review
from countersign.flow.work import Notice
from countersign.i18n import N_, Text, lazy_text
from countersign.interrupts import FieldKind, FormValidationError, ReviewRow, single_line

_TEXT = frozenset({FieldKind.TEXT, FieldKind.MULTILINE})
_QUOTED = 80  # characters of a message
_IS_IT_THE_ANSWER = N_("The agent asks: {question}\nYou had just written “{message}”. Is that the answer?")
_IS_IT_ABOUT_THIS = N_(
    "“{question}” now waits for a decision. You had just written “{message}”. I keep it for later, unless it "
    "is about this."
)
_KEPT = N_("“{question}” now waits for a decision. I keep your message “{message}” and read it after that.")
_KEPT_FOR_SEVERAL = N_("Several decisions wait now. I keep your message “{message}” and read it after that.")
_MEANT_AS_NO = N_("Your message decided nothing. Is it a no to “{question}”?")
_MEANT_AS_YES = N_("Your message decided nothing. To approve “{question}”, use its card or write `approve`.")
_WAITS_FOR_AN_ANSWER = N_("“{question}” waits for an answer. Is your message the answer?")
_UNCLEAR = N_("I don't pass messages on while “{question}” waits for a decision. Is yours about it?")


class AskBack:
    """`words_decide`: whether messages decide at all (REPLIES)."""

    def __init__(self, decide: Decide, *, words_decide: bool) -> None:
        self._decide = decide
        self._words_decide = words_decide

    async def about_early(self, message: Inbound, waiting: list[Review], person: Person) -> Notice | None:
        """The offer for a message from before the question was seen; None if its writer was told already."""
        quoted = _quoted(message.text)
        if len(waiting) != 1:
            return _unless_kept(message, lazy_text(_KEPT_FOR_SEVERAL, message=quoted))
        (review,) = waiting
        words = {"question": review.shown.title, "message": quoted}
        in_thread = review.approval.posted_to is None
        if review.request.answered_by_reply and in_thread and await _answers(message, review):
            choices: tuple[ReplyChoice, ...] = (ReplyChoice.USE, ReplyChoice.KEEP)
            return self._asked(message, review, lazy_text(_IS_IT_THE_ANSWER, **words), choices)
        about = await self._choices(message, review, person)
        if about:
            text = lazy_text(_IS_IT_ABOUT_THIS, **words)
            return self._asked(message, review, text, (*about, ReplyChoice.KEEP))
        return _unless_kept(message, lazy_text(_KEPT, **words))

    async def about(self, message: Inbound, review: Review, person: Person, *, first: bool) -> Notice | None:
        """The offer for a message below the card. `first`: its writer was not asked about this card yet."""
        intent = likely_intent(message.text)
        unclear = intent is Intent.UNCLEAR and first and not message.text.startswith("@")
        if intent is Intent.ASKS or not (unclear or intent in {Intent.REJECTS, Intent.APPROVES}):
            return None
        choices = await self._choices(message, review, person)
        if not choices:
            return None
        if ReplyChoice.USE in choices:
            text = lazy_text(_WAITS_FOR_AN_ANSWER, question=review.shown.title)
            return self._asked(message, review, text, (*choices, ReplyChoice.IGNORE))
        template = {Intent.REJECTS: _MEANT_AS_NO, Intent.APPROVES: _MEANT_AS_YES}.get(intent, _UNCLEAR)
        text = lazy_text(template, question=review.shown.title)
        return self._asked(message, review, text, (*choices, ReplyChoice.IGNORE))

    def may_use_words(self, review: Review) -> bool:
        """Whether a message may decide the card: not one with several rows, as it cannot say which row."""
        if len(review.request.rows) != 1:
            return False
        return self._words_decide and review.approval.rule(0).replies

    async def _choices(self, message: Inbound, review: Review, person: Person) -> tuple[ReplyChoice, ...]:
        """What this person may use the message for, likeliest first."""
        request = review.request
        if request.answered_by_reply or review.approval.posted_to is not None:
            return ()
        if not self.may_use_words(review):
            return ()
        row = request.rows[0]
        if not {DecisionKind.APPROVE, DecisionKind.REJECT} & row.allowed:
            answers = _can_become(row, ReplyChoice.USE, message.text)
            may = answers and await self._decide.may_decide(review, 0, person, DecisionKind.RESPOND)
            return (ReplyChoice.USE,) if may else ()
        kinds = {ReplyChoice.REJECT: DecisionKind.REJECT, ReplyChoice.FEEDBACK: DecisionKind.RESPOND}
        found = [
            choice
            for choice, kind in kinds.items()
            if _can_become(row, choice, message.text)
            and await self._decide.may_decide(review, 0, person, kind)
        ]
        likely = likely_intent(message.text) is Intent.REJECTS
        return tuple(found if likely else reversed(found))

    def _asked(
        self, message: Inbound, review: Review, text: Text, choices: tuple[ReplyChoice, ...]
    ) -> Notice:
        offer = ReplyOffer(
            message=message.key,
            approval_id=review.approval.id,
            digest=review.approval.digest_of(0),
            choices=choices,
        )
        return Notice(user=message.user, text=text, offer=offer)


def chosen_decision(row: ReviewRow, choice: ReplyChoice, text: str) -> Decision | None:
    """The decision that the message becomes by this choice; None where the card does not allow it.

    Raises FormValidationError for a text that does not fit.
    """
    words = text.strip()
    if choice is ReplyChoice.REJECT and DecisionKind.REJECT in row.allowed:
        return Decision(kind=DecisionKind.REJECT, message=words)
    form = row.forms.get(DecisionKind.RESPOND)
    field = form.only_field if form is not None else None
    if choice not in {ReplyChoice.USE, ReplyChoice.FEEDBACK} or field is None or field.kind not in _TEXT:
        return None
    return row.decide(DecisionKind.RESPOND, {field.pointer: words})


def _can_become(row: ReviewRow, choice: ReplyChoice, text: str) -> bool:
    """Whether the card allows this use: `no` is not sent as text where any text could count as a yes."""
    try:
        return chosen_decision(row, choice, text) is not None
    except FormValidationError:
        return False


def _unless_kept(message: Inbound, text: Text) -> Notice | None:
    return None if message.kept else Notice(user=message.user, text=text)


async def _answers(message: Inbound, review: Review) -> bool:
    try:
        return await decision_in_reply(message, review) is not None
    except FormValidationError:
        return False


def _quoted(text: str) -> str:
    line = single_line(text)
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1]}…"
