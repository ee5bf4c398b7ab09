"""`adopt`: write an existing pool to the stack file, import it into the state, check it for drift.

The exit status is 0 if adoption can continue or is done, and if `--check` finds no difference.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from shlex import quote
from textwrap import indent

import click

from cli import options
from cli.adopt import kinds, looks, stack_settings, survey, zone_things
from cli.adopt.account import Account
from cli.adopt.bring_in import bring_in
from cli.adopt.describe import describe
from cli.adopt.place import Place, resources_of
from cli.adopt.stack_settings import Described
from cli.adopt.survey import Survey
from cli.adopt.things import Live, Section, slug
from identity import config, facts
from identity.config.settings import Settings
from identity.errors import Problem
from identity.namespace import ROOT
from local import emulator, environment, paths, project, stack_file
from local.console import Failure, give, say
from local.lock import only_one

_POOL_ID = re.compile(r"([a-z]{2}(?:-[a-z]+)+-[0-9])_[0-9A-Za-z]+")


@click.command()
@options.stack
@click.option("--pool", help="The user pool's id. Default: the pool in the state, or with the configured name.")
@click.option("--id", "ids", multiple=True, metavar="RESOURCE=ID", help="Choose among resources with the same name.")
@click.option("--only", multiple=True, metavar="RESOURCE", help="With --import: import only this resource.")
@click.option("--take", type=click.Choice(["live", "file"]), help="Which one to keep if the stack file and AWS differ.")
@click.option("--leave", multiple=True, envvar="LEAVE", metavar="NAME", help="Accept a listed item with this name.")
@click.option("--write", is_flag=True, help="Write the stack file.")
@click.option("--import", "importing", is_flag=True, help="Import into the stack's state.")
@click.option("--check", is_flag=True, help="Compare only: fail on any difference or unmanaged resource.")
@click.option("--port", envvar="PORT", type=click.IntRange(1024, 65535), help="The emulator's port.")
def adopt(
    stack: str,
    pool: str | None,
    ids: Sequence[str],
    only: Sequence[str],
    take: str | None,
    leave: Sequence[str],
    write: bool,
    importing: bool,
    check: bool,
    port: int | None,
) -> int:
    """Adopt an existing user pool. This only reads from AWS.

    Without --write, --import or --check it prints the settings for the stack file.
    """
    if check and (write or importing):
        raise click.UsageError("--check compares only: give it without --write and --import.")
    given = dict(_resource_id(one) for one in ids)
    with _place(stack, port) as where:
        stored = stack_settings.read(where.file)
        account = _account(where, stored, pool)
        state = where.export()
        resources = resources_of(state)
        pool_id = pool or _pool_id(where, stored, account, resources)
        live = kinds.read(account, pool_id)
        if check:
            return _check(where, stored, live, resources, leave)
        stored = stored or _new_config(live, where.name, account.region)
        known = {name: thing.own_id for name, thing in survey.managed_by(resources, live).items()}
        described = describe(live, stack_settings.as_texts(stored, where.file.name), where.name, {**known, **given})
        merged, disagreements = stack_settings.merge(stored, described, where.name, take)
        if not importing or write:
            with looks.in_place(described.files, keep=write and not (disagreements and not take)):
                merged |= _needed_exemptions(merged, described, where)
                _print_settings(where, merged, described, disagreements if take != "live" else [])
                _verified(where, stack_settings.with_secrets(merged, described.secrets), live, described, leave)
        if write:
            if disagreements and not take:
                raise Failure("\nNothing was written: choose which one to keep, --take live or --take file.")
            stack_settings.write(where.file, merged)
            say(f"\nWrote {where.file.name}. Review it: git diff {where.file.name}", style="green")
        if importing:
            settings = _verified(where, stack_settings.read(where.file), live, described, leave)
            if not settings.config.protect:  # until the first `up` succeeds, nothing may be replaced or deleted
                raise Failure(
                    "identity:protect is false; nothing was imported. Set it to true for the adoption, so that "
                    "`preview` refuses any loss. After the first `up` you may remove it again."
                )
            if where.local:
                project.write(emulator.port_for(port))
            bring_in(where, state, {**described.things, **zone_things.read(account, settings)}, only)
        else:
            say(f"\nNext: make adopt STACK={stack} POOL={pool_id} {'IMPORT=1' if write else 'WRITE=1'}")
        return 0


def _resource_id(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (name and found and value):
        example = "RESOURCE=ID, such as access-client-postman=eu-west-1_AbC/4abc..."
        raise click.BadParameter(f"{example}; received {text}", param_hint="--id")
    return name, value


@contextmanager
def _place(stack: str, port: int | None) -> Iterator[Place]:
    """Yield the stack. For the local stack, start the emulator first and lock out other commands."""
    where = Place(stack)
    if not where.local:
        yield where
        return
    environment.shut_out_others()
    with only_one("make adopt"):
        port = emulator.port_for(port)
        project.write(port)
        emulator.ensure(port)
        yield where


def _account(where: Place, stored: Section, pool: str | None) -> Account:
    """Return the account. The pool's id gives the default region."""
    if where.local:
        stored = stack_file.config(paths.PROJECT / where.file.name)
    match = _POOL_ID.fullmatch(pool or "")
    if pool and not match:
        raise click.BadParameter(
            f"the id of a user pool is like eu-west-1_AbCdEfGhI; received {pool}", param_hint="--pool"
        )
    return Account(stack_settings.as_texts(stored, where.file.name), match[1] if match else None)


def _pool_id(where: Place, stored: Section, account: Account, resources: Sequence[Section]) -> str:
    """Return the id of the pool in the state, else of the only pool with the configured name."""
    found = [str(resource["id"]) for resource in resources if resource["type"] == facts.USER_POOL][:1]
    name = _checked(where, stored)[0].user_pool.name
    if stored and not found:
        pools = account.ask("cognito-idp", "list_user_pools", MaxResults=60).get("UserPools", [])
        found = [str(pool["Id"]) for pool in pools if pool["Name"] == name]
    if len(found) == 1:
        return found[0]
    reason = f"{len(found)} pools are named {name}: {', '.join(found)}" if found else "no pool has the configured name"
    raise Failure(f"Which user pool? In {account.place}, region {account.region}, {reason}. Give --pool ID")


def _new_config(live: Live, stack: str, region: str) -> Section:
    """Return the first settings of a new stack file."""
    name = live.pool.name.removesuffix(f"-{stack}-userpool-customers").removesuffix(f"-{stack}")
    return {"aws:region": region, f"{ROOT}product": slug(name).replace("_", "-")[:40].strip("-") or "product"}


def _needed_exemptions(merged: Section, described: Described, where: Place) -> Section:
    """Return the key `exemptions` of the file plus those that the live resources need; empty if nothing is added."""
    key = f"{ROOT}exemptions"
    settings, problems = _checked(where, merged)
    if any(problem.path.startswith(f"{ROOT}login") and not problem.warning for problem in problems):
        return {}  # a file that `login` names is missing; a later check reports it
    own = settings.config.exemptions if key in merged or f"{ROOT}clients" not in merged else {}
    exempt = {rule: dict(resources) for rule, resources in own.items()}
    for rule, resource in survey.violations(described.things, settings, where.name):
        if not {resource, "*"} & exempt.get(rule, {}).keys():
            exempt.setdefault(rule, {})[resource] = "Existing setting, adopted; please review."
    return {key: exempt} if exempt != own else {}


def _print_settings(where: Place, merged: Section, described: Described, disagreements: Sequence[object]) -> None:
    """Print the new settings, where the stack file differs from AWS, and the secrets that the user must set."""
    give(stack_file.text_of({"config": stack_settings.to_print(merged)}))
    if disagreements:
        say(f"These settings differ between {where.file.name} and AWS:", style="yellow")
        for disagreement in disagreements:
            say(f"  {disagreement}")
    providers = merged.get(stack_settings.PROVIDERS) or {}
    for key, secret in described.secrets:
        if secret not in providers.get(key, {}):
            path = f"{stack_settings.PROVIDERS}.{key}.{secret}"
            say(f"The secret of {key} was not written to the file. Without it, the next update removes it,")
            say("and nobody can sign in there. Set it after the file is written:")
            say(f"  pulumi config set --secret --path '{path}' --stack {where.stack}")


def _verified(where: Place, final: Section, live: Live, described: Described, leave: Sequence[str]) -> Settings:
    """Return the settings of the stack file. Raises Failure if they are invalid, or would change or remove anything."""
    head = f"\nThe program cannot describe this pool in {where.file.name}; nothing was imported."
    settings = _valid_settings(where, final, head)
    found = survey.survey(live, settings, described.things)
    for difference in found.differences:
        say(f"  {difference}", style="" if difference.name in leave else "yellow")
    _print_unmanaged(found, leave)
    if stopping := found.stopping(leave):
        accepted = " ".join(f"--leave {quote(difference.name)}" for difference in stopping)
        raise Failure(
            f"\n{where.file.name} does not match AWS, so adoption stops; nothing was imported. Write the settings "
            f"(--write), or accept these changes: {accepted}"
        )
    return settings


def _checked(where: Place, stored: Section) -> tuple[Settings, list[Problem]]:
    return config.check(stack_settings.as_texts(stored, where.file.name), where.name)


def _valid_settings(where: Place, stored: Section, head: str) -> Settings:
    """Return the settings of the stack file. Raises Failure if they are invalid; its message begins with `head`."""
    settings, problems = _checked(where, stored)
    mistakes = "\n".join(str(problem) for problem in problems if not problem.warning)
    if mistakes:
        raise Failure(f"{head}\n{indent(mistakes, '  ')}")
    return settings


def _print_unmanaged(found: Survey, leave: Sequence[str]) -> bool:
    """Print the unmanaged resources that are not accepted. Return whether there are any."""
    lines = [f"- {_code(name)} {_plain(words)}" for name, words in found.unmanaged if name not in leave]
    for line in ["In the pool but not managed by any stack; it stays unchanged:", *lines] if lines else ():
        say(line)
    return bool(lines)


def _check(where: Place, stored: Section, live: Live, resources: Sequence[Section], leave: Sequence[str]) -> int:
    """Compare with the stack file and the state. Return 1 if anything differs or is unmanaged."""
    settings = _valid_settings(where, stored, f"{where.file.name} cannot be read.")
    found = survey.survey(live, settings, survey.managed_by(resources, live), resources)
    stopping = found.stopping(leave)
    for difference in stopping:
        say(f"- {_code(difference.name)} {_plain(str(difference))}")
    there = {difference.name for difference in found.differences} | {name for name, _ in found.unmanaged}
    for name in sorted(set(leave) - there):
        say(f"LEAVE names {_code(name)}, which does not exist: remove it from LEAVE.", style="yellow")
    if _print_unmanaged(found, leave) or stopping:
        say("Adopt it (docs/adopting.md), remove it from AWS, or name it in LEAVE.")
        return 1
    say("The pool matches the stack file and contains nothing else.", style="green")
    return 0


def _code(text: str) -> str:
    """Return text from AWS as a Markdown code span, which the text cannot close: its author may not be trusted."""
    return "`" + "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in text)[:300] + "`"


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ' -_.,:/>()[]"' else "?" for letter in text)[:300]
