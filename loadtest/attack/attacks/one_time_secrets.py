"""Attacks on what is good once: guessed codes, links that are none, one secret for another."""

import asyncio
import secrets

from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import Message, RawClient
from loadtest.attack.target import Target, new_account

CODES = 160
"""Wrong ones of six digits, over several connections at once."""

AT_ONCE = 5


async def _call(target: Target, method: str, params: Message) -> str:
    async with await RawClient.open(target.in_turn()) as wire:
        await wire.hello()
        return code_of(await wire.call(method, params))


@attack("A12", "a code for a new password, guessed on all nodes at once")
async def guessed_codes(target: Target) -> str:
    account = new_account("reset")
    await target.log_in(account)
    answer = await _call(target, "auth.request_reset", {"email": account.email})
    must(answer == "(reply)", f"asking for a mail was answered {answer}")
    guess_count = 0
    for start in range(0, CODES, AT_ONCE):
        answers = await asyncio.gather(
            *(_guess(target, account.email, number) for number in range(start, start + AT_ONCE))
        )
        must(set(answers) <= {"auth_failed", "rate_limited"}, f"answered {set(answers)}")
        guess_count += answers.count("auth_failed")
    must(guess_count < CODES, f"all {CODES} codes were looked at")
    async with await target.enter(account):
        return f"rate_limited after {guess_count}; the account's logins go on"


async def _guess(target: Target, email: str, number: int) -> str:
    params = {"email": email, "code": f"{number:06}", "password": "a new one, quite long"}
    return await _call(target, "auth.reset_password", params)


@attack("A12", "links that are none, and secrets of one kind in the place of another")
async def foreign_links(target: Target) -> str:
    kinds = {
        "random": secrets.token_urlsafe(32),
        "empty": "",
        "access token": target.stranger.access[:128],
        "refresh token": target.stranger.refresh[:128],
    }
    calls: dict[str, Message] = {
        "auth.verify": {},
        "auth.confirm_email": {},
        "auth.reset_password": {"password": "a new one, quite long"},
    }
    for method, params in calls.items():
        answers = {}
        for kind, token in kinds.items():
            answers[kind] = await _call(target, method, {**params, "token": token})
        must(set(answers.values()) <= {"auth_failed", "rate_limited"}, f"{method}: {answers}")
    return "auth_failed, whatever it was"
