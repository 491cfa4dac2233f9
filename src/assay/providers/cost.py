"""What the tokens of a run cost, exactly."""

from decimal import Decimal, InvalidOperation

import msgspec

from assay.core.errors import UsageError


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What a million tokens cost, in one currency that the caller knows."""

    prompt: Decimal
    """Price of a million tokens of requests."""
    completion: Decimal
    """Price of a million tokens of answers."""


def read_prices(prompt: str, completion: str) -> Prices:
    """Prices per million tokens from decimal strings such as `0.15`.

    Raises:
        UsageError: if one is not a decimal number of 0 or more.
    """
    return Prices(prompt=_price(prompt), completion=_price(completion))


def cost_of(prompt_tokens: int, completion_tokens: int, price: Prices) -> Decimal:
    """The exact cost of these many tokens, in the currency of the prices."""
    return (prompt_tokens * price.prompt + completion_tokens * price.completion).scaleb(-6)


def _price(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise UsageError(
            code="bad-price",
            message=f"a price is not a decimal number of 0 or more: {text!r}",
            hint="give the price of a million tokens, such as 0.15",
        )
    return value
