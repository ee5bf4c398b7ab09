"""The command: look, compare, and bring into the state. Exit status 0 where adoption can go on or is done."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError

from adopt import adoption, leftover, place, program, show
from adopt.account import Account, shown_place
from adopt.adoption import Item, Standing
from adopt.config import read_config
from adopt.find import Finder
from adopt.place import Place
from adopt.program import Ids, Plan
from adopt.report import AdoptError, Refused
from identity import settings
from identity.report import ConfigError, Problem
from local import emulator, environment, paths, project
from local.console import Failure, say
from local.lock import only_one

POOL = "customers"


@click.command()
@click.option("--stack", default=paths.STACK, show_default=True, help="The stack, as Pulumi names it.")
@click.option("--pool", help="The id of the user pool, where its name does not say which one it is.")
@click.option("--id", "ids", multiple=True, metavar="RESOURCE=ID", help="The id of another resource, likewise.")
@click.option("--only", multiple=True, metavar="RESOURCE", help="This resource alone; can be given again.")
@click.option("--write", is_flag=True, help="Write the file for `pulumi import --file`, and say how to use it.")
@click.option("--import", "bring_in", is_flag=True, help="Import into the stack's state.")
@click.option("--port", envvar="PORT", type=click.IntRange(1024, 65535), default=4566, help="The emulator's port.")
def adopt(
    stack: str,
    pool: str | None,
    ids: Sequence[str],
    only: Sequence[str],
    write: bool,
    bring_in: bool,
    port: int,
) -> None:
    """Take over what runs already. It reads AWS and never writes to it.

    Without --write or --import it only shows what exists beside what the program would make.
    """
    given = dict(_pair(it) for it in ids) | ({POOL: pool} if pool else {})
    with _place(stack, port) as where:
        _adopt(where, given, only, write, bring_in)


def main() -> NoReturn:
    """Run the command line. Failures are told without a traceback."""
    os.chdir(paths.CHECKOUT)
    try:
        adopt(prog_name="python -m adopt", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        say("Stopped. Nothing in AWS was changed.", style="yellow")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (AdoptError, Failure, ConfigError) as error:
        say(str(error), style="red")
        sys.exit(1)
    except (ClientError, BotoCoreError) as error:
        say(f"AWS cannot be read: {error}\nNothing was changed.", style="red")
        sys.exit(1)
    except OSError as error:
        say(f"The system refused: {error}. Look at that file or the room on its disk, then try again.", style="red")
        sys.exit(1)
    sys.exit(0)


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (name and found and value):
        raise click.BadParameter(
            f"RESOURCE=ID, such as access-client-postman=4abc...; received {text}", param_hint="--id"
        )
    return name, value


@contextmanager
def _place(stack: str, port: int) -> Iterator[Place]:
    """The stack's place; the local one with its emulator running, and with no other command at work on it."""
    if stack != paths.STACK:
        yield place.ordinary(stack)
        return
    environment.shut_out_others()
    with only_one("python -m adopt"):
        project.write(port)
        emulator.ensure(port)
        yield place.emulated()


def _adopt(where: Place, ids: Mapping[str, str], only: Sequence[str], write: bool, bring_in: bool) -> None:
    config = read_config(where.directory, where.name)
    account = Account(config)
    finder = Finder(account)
    exported = where.export()
    state = _resources(exported)
    known = {urn.rpartition("::")[2]: it["id"] for urn, it in state.items() if it["type"].startswith("aws:")}
    plan = program.run(paths.CHECKOUT, where.name, config, account, finder, Ids(ids, known))
    everything = adoption.items(plan, state)
    chosen = _chosen(everything, [*only, *ids], only)
    show.tell(f"The stack `{where.stack}` beside {shown_place(config)}, region {account.region}.")
    for item in chosen:
        show.resource(item)
    show.unmanaged(leftover.find(plan, finder))
    show.summary(chosen)
    _refuse(where, config, account, finder, plan, chosen, everything, state)
    open_ = [it for it in chosen if it.standing in (Standing.FOUND, Standing.INCOMPLETE)]
    if not open_:
        _nothing_left(where, chosen)
    elif not bring_in and not write:
        show.tell(
            f"\nNext: {_command(where)} --import writes {len(open_)} of them into the stack's state, and nothing else."
        )
    else:
        file = _write(where, plan, chosen, state)
        if bring_in:
            _import(where, config, exported, file, plan, chosen)
            _rest(where, everything, chosen)


def _chosen(everything: Sequence[Item], named: Sequence[str], only: Sequence[str]) -> list[Item]:
    names = [item.name for item in everything]
    for name in named:
        if name not in names:
            raise AdoptError(f"The program makes no resource {name}. It makes: {', '.join(names)}.")
    return [item for item in everything if not only or item.name in only]


def _refuse(
    where: Place,
    config: Mapping[str, str],
    account: Account,
    finder: Finder,
    plan: Plan,
    chosen: Sequence[Item],
    everything: Sequence[Item],
    state: Mapping[str, Any],
) -> None:
    problems = list(adoption.problems(chosen, everything, state))
    if not any(item.standing is Standing.SEVERAL for item in everything):
        try:
            program.check(paths.CHECKOUT, where.name, config, account, finder, plan)
        except ConfigError as error:
            told = {problem.path for problem in problems}
            problems.extend(problem for problem in error.problems if problem.path not in told)
    if problems:
        raise Refused(f"\nThe stack `{where.stack}` cannot be adopted as things stand; nothing was changed.", problems)


def _nothing_left(where: Place, chosen: Sequence[Item]) -> None:
    if any(item.standing is Standing.ADOPTED for item in chosen):
        show.tell(
            f"\nAlready adopted: the state of the stack `{where.stack}` has all of these that exist.", style="green"
        )
        return
    raise AdoptError(
        "\nNothing of these exists in AWS, so there is nothing to adopt: `up` makes it all. If it does exist: is it "
        "another account or region, another product or environment, or a pool of another name (--pool ID)?"
    )


def _write(where: Place, plan: Plan, chosen: Sequence[Item], state: Mapping[str, Any]) -> Path:
    file = place.files(where.stack) / "import.json"
    content = adoption.import_file(plan, chosen, state)
    paths.write_whole(file, json.dumps(content, indent=2) + "\n")
    options = " ".join(place.IMPORT_OPTIONS)
    show.tell(
        f"\nWrote {file}\nBy hand: pulumi import --file {file} {options} --stack {where.stack}\n"
        f"and then {_command(where)} --import, which adds what an import cannot read."
    )
    return file


def _import(
    where: Place,
    config: Mapping[str, str],
    before: place.Deployment | None,
    file: Path,
    plan: Plan,
    chosen: Sequence[Item],
) -> None:
    _refuse_unprotected(where, config)
    if before is None:
        where.make()
    else:
        backup = place.files(where.stack) / "state-before.json"
        paths.write_whole(backup, json.dumps(before, indent=2))
        show.tell(
            f"The state as it was: {backup}. Back to it: pulumi stack import --file {backup} --stack {where.stack}"
        )
    if any(item.standing is Standing.FOUND for item in chosen):
        where.bring_in(file)
    after = where.export() or {}
    completed = adoption.complete(after, adoption.items(plan, _resources(after)))
    if completed:
        whole = place.files(where.stack) / "state-completed.json"
        paths.write_whole(whole, json.dumps(after, indent=2))
        where.replace(whole)
        whole.unlink()
    names = [item.name for item in chosen if item.standing is Standing.FOUND]
    show.tell(
        f"\nAdopted, protected: {', '.join(names) or 'nothing new'}. Clients completed: {completed}.", style="green"
    )


def _refuse_unprotected(where: Place, config: Mapping[str, str]) -> None:
    """Adoption travels with protect: until the first `up` is through, nothing of it can be replaced or deleted."""
    problems: list[Problem] = []
    if not settings.resolve(config, where.name, problems).protect:
        mend = "set it for the adoption; once `up` is through and its next preview is empty, it may be taken out again"
        problem = Problem(
            "identity:protect", "true, so that `preview` refuses whatever would lose something", "false", mend
        )
        raise Refused(f"\nThe stack `{where.stack}` is not protected; nothing was changed.", [problem])


def _rest(where: Place, everything: Sequence[Item], chosen: Sequence[Item]) -> None:
    rest = [it.name for it in everything if it.standing is Standing.FOUND and it not in chosen]
    if rest:
        show.tell(
            f"Still to be adopted, and before the next `up`, which would make them anew: {', '.join(rest)}.",
            style="yellow",
        )
    preview = "make preview" if where.local else f"pulumi preview --stack {where.stack}"
    show.tell(f"Next: {preview} shows what `up` will change in place; it must show no replacement and no deletion.")


def _resources(deployment: place.Deployment | None) -> dict[str, Any]:
    resources = ((deployment or {}).get("deployment") or {}).get("resources") or []
    return {resource["urn"]: resource for resource in resources if not resource.get("delete")}


def _command(where: Place) -> str:
    return f"python -m adopt --stack {where.stack}"
