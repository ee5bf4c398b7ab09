"""The commands about what runs already: adopt it, and list what nobody manages.

The exit status of `adopt` is 0 where adoption can go on or is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from cli.adopt import adoption, leftover, place, program, show
from cli.adopt import unmanaged as pool_contents
from cli.adopt.account import Account, shown_place
from cli.adopt.adoption import Item, Standing
from cli.adopt.bring_in import Sight, import_it, resources, write_file
from cli.adopt.config import read_config
from cli.adopt.find import Finder
from cli.adopt.place import Place
from cli.adopt.plan import Ids
from cli.adopt.report import AdoptError, Refused
from cli.adopt.trouble import reading
from identity.errors import ConfigError
from local import emulator, environment, paths, project
from local.lock import only_one

POOL = "customers"


@click.command()
@click.option("--stack", default=paths.STACK, show_default=True, help="The stack, as Pulumi names it.")
@click.option("--pool", help="The id of the user pool, where its name does not say which one it is.")
@click.option("--id", "ids", multiple=True, metavar="RESOURCE=ID", help="The id of another resource, likewise.")
@click.option("--only", multiple=True, metavar="RESOURCE", help="This resource alone; can be given again.")
@click.option("--write", is_flag=True, help="Write the file for `pulumi import --file`, and say how to use it.")
@click.option("--import", "bring_in", is_flag=True, help="Import into the stack's state.")
@click.option("--port", envvar="PORT", type=click.IntRange(1024, 65535), help="The emulator's port.")
def adopt(
    stack: str,
    pool: str | None,
    ids: Sequence[str],
    only: Sequence[str],
    write: bool,
    bring_in: bool,
    port: int | None,
) -> None:
    """Take over what runs already. It reads AWS and never writes to it.

    Without --write or --import it only shows what exists beside what the program would make.
    """
    given = dict(_pair(it) for it in ids) | ({POOL: pool} if pool else {})
    try:
        with _place(stack, port) as where, reading("Adoption stops", emulated=False):
            _adopt(where, given, only, write, bring_in)
    except ConfigError as error:
        raise AdoptError(str(error)) from None


@click.command()
@click.argument("stack")
def unmanaged(stack: str) -> int:
    """List what the user pool of STACK has and nobody manages, by `pulumi` and `aws` on the PATH.

    The variable UNMANAGED names what may stay, one a line. Exit status 1 where anything else is there.
    """
    return pool_contents.main([stack])


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (name and found and value):
        raise click.BadParameter(
            f"RESOURCE=ID, such as access-client-postman=4abc...; received {text}", param_hint="--id"
        )
    return name, value


@contextmanager
def _place(stack: str, port: int | None) -> Iterator[Place]:
    """The stack's place; the local one with its emulator running, and with no other command at work on it."""
    if stack != paths.STACK:
        yield place.ordinary(stack)
        return
    environment.shut_out_others()
    with only_one("make adopt"):
        port = emulator.port_for(port)
        project.write(port)
        emulator.ensure(port)
        yield place.emulated()


def _adopt(where: Place, ids: Mapping[str, str], only: Sequence[str], write: bool, bring_in: bool) -> None:
    config = read_config(where.directory, where.name)
    account = Account(config)
    finder = Finder(account)
    exported = where.export()
    state = resources(exported)
    known = {urn.rpartition("::")[2]: it["id"] for urn, it in state.items() if it["type"].startswith("aws:")}
    plan = program.run(paths.CHECKOUT, where.name, config, account, finder, Ids(ids, known))
    everything = adoption.items(plan, state)
    sight = Sight(where, config, exported, plan, tuple(everything), tuple(_chosen(everything, only, ids)))
    show.tell(f"The stack `{where.stack}` beside {shown_place(config)}, region {account.region}.")
    for item in sight.chosen:
        show.resource(item)
    show.unmanaged(leftover.find(plan, finder))
    show.summary(sight.chosen, config, where.name, sight.offered)
    _refuse(sight, account, finder)
    if not sight.open:
        _nothing_left(sight)
    elif bring_in or write:
        file = write_file(sight)
        if bring_in:
            import_it(sight, file)
    else:
        what = f"writes {len(sight.open)} of them into the stack's state, and nothing else"
        show.tell(f"\nNext: {sight.command} --import {what}.")


def _chosen(everything: Sequence[Item], only: Sequence[str], ids: Mapping[str, str]) -> list[Item]:
    names = [item.name for item in everything]
    for name in [*only, *ids]:
        if name not in names:
            raise AdoptError(f"The program makes no resource {name}. It makes: {', '.join(names)}.")
    return [item for item in everything if not only or item.name in only]


def _refuse(sight: Sight, account: Account, finder: Finder) -> None:
    where = sight.where
    problems = list(adoption.problems(sight.chosen, sight.everything, sight.state, sight.offered))
    problems.extend(leftover.taken_exports(sight.plan, finder))
    problems.extend(leftover.unknown_settings(sight.plan, finder))
    if not any(item.standing is Standing.SEVERAL for item in sight.everything):
        try:
            program.check(paths.CHECKOUT, where.name, sight.config, account, finder, sight.plan)
        except ConfigError as error:
            told = {problem.path for problem in problems}
            problems.extend(problem for problem in error.problems if problem.path not in told)
    if problems:
        raise Refused(f"\nThe stack `{where.stack}` cannot be adopted as things stand; nothing was changed.", problems)


def _nothing_left(sight: Sight) -> None:
    if any(item.standing is Standing.ADOPTED for item in sight.chosen):
        stack = sight.where.stack
        show.tell(f"\nAlready adopted: the state of the stack `{stack}` has all of these that exist.", style="green")
        return
    raise AdoptError(
        "\nNothing of these exists in AWS, so there is nothing to adopt: `up` makes it all. If it does exist: is it "
        "another account or region, another product or environment, or a pool of another name (--pool ID)?"
    )
