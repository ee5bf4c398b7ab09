"""The guard and renames: an entry keeps its id or the update is refused. A mistake in `renamedFrom` deletes nothing."""

from itertools import pairwise
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.identity.test_guard import change
from tests.support.program import Deploy


def client(name: str, **more: Any) -> dict[str, Any]:
    return {"callbackUrls": [f"https://{name}.example/back"], "scopes": ["openid"], **more}


def api(name: str, **more: Any) -> dict[str, Any]:
    return {"scopes": {f"read{name}": f"Read {name}"}, "identifier": f"app.acme.api.{name}", **more}


KINDS = [("clients", client), ("apis", api)]
A, B, C = "alpha", "beta", "gamma"


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize(("kind", "make"), KINDS)
@pytest.mark.parametrize("former", ["alpah", "alph", "Alpha", C])
def test_a_former_key_that_the_stack_does_not_have_is_refused(
    deploy: Deploy, kind: str, make: Any, former: str, protect: bool
) -> None:
    before, after = {kind: {A: make(A), B: make(B)}}, {kind: {"new": make(A, renamedFrom=former), B: make(B)}}
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, **before, "protect": protect}, after)
    problem = next(item for item in refused.value.problems if item.path == f"identity:{kind}.new.renamedFrom")
    assert "a key that the stack has: alpha" in problem.allowed


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_chain_with_a_skipped_step_is_refused(deploy: Deploy, kind: str, make: Any) -> None:
    """The key was a, then b. The stack has b, but the config says that c was renamed from a."""
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, kind: {B: make(A)}}, {kind: {C: make(A, renamedFrom=A)}})
    assert f"identity:{kind}.{C}.renamedFrom" in [problem.path for problem in refused.value.problems]


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_rename_that_is_done_may_stay_written(deploy: Deploy, kind: str, make: Any) -> None:
    after = {kind: {B: make(A, renamedFrom=A)}}
    assert change(deploy, {"apis": {}, "clients": {}, kind: {B: make(A)}}, after).of_type("UserPool")


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_former_key_beside_an_entry_that_is_there_deletes_nothing(deploy: Deploy, kind: str, make: Any) -> None:
    """The stack has both keys: nothing is renamed, and the old entry would be deleted."""
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, kind: {A: make(A), B: make(B)}}, {kind: {B: make(B, renamedFrom=A)}})
    (problem,) = [item for item in refused.value.problems if item.path == f"identity:{kind}.{B}.renamedFrom"]
    assert "the stack has both" in problem.allowed


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_former_key_on_a_new_stack_is_in_nobodys_way(deploy: Deploy, kind: str, make: Any) -> None:
    config = {"product": "acme", "apis": {}, "clients": {}, kind: {B: make(A, renamedFrom=A)}}
    assert deploy(config, stack="dev").of_type("UserPool")


@pytest.mark.parametrize("secrets", [(False, False), (True, False)])
def test_two_clients_do_not_change_keys(deploy: Deploy, secrets: tuple[bool, bool]) -> None:
    one, two = client(A, secret=secrets[0]), client(B, secret=secrets[1])
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {A: one, B: two}}, {"clients": {A: two, B: one}})
    problems = {problem.path: problem for problem in refused.value.problems}
    assert "the values of beta" in problems[f"identity:clients.{A}"].allowed
    assert "the values of alpha" in problems[f"identity:clients.{B}"].allowed
    assert f"`{A}: {{renamedFrom: {B}}}`" in problems[f"identity:clients.{A}"].fix


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_two_keys_change_places_by_the_way_that_the_refusal_gives(deploy: Deploy, kind: str, make: Any) -> None:
    steps = [
        {A: make(A), B: make(B)},
        {"spare": make(A, renamedFrom=A), B: make(B)},
        {"spare": make(A), A: make(B, renamedFrom=B)},
        {B: make(A, renamedFrom="spare"), A: make(B)},
    ]
    for before, after in pairwise(steps):
        # Scopes of an API are named after its key, so `protect` would report their change.
        assert change(deploy, {"apis": {}, "clients": {}, kind: before}, {kind: after}).of_type("UserPool")


def machine(*scopes: str, **more: Any) -> dict[str, Any]:
    return {"flow": "client_credentials", "secret": True, "scopes": list(scopes), **more}


SCOPES = {"apis": {"cart": {"scopes": {"read": "Read", "write": "Write"}}}}


def test_two_machines_do_not_change_keys(deploy: Deploy) -> None:
    one, two = machine("cart.read"), machine("cart.write")
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**SCOPES, "clients": {A: one, B: two}}, {"clients": {A: two, B: one}})
    assert {problem.path for problem in refused.value.problems} == {f"identity:clients.{key}" for key in (A, B)}


def test_a_machine_that_got_another_key_is_not_replaced_without_a_word(deploy: Deploy) -> None:
    before = {**SCOPES, "clients": {A: machine("cart.read")}}
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, {"clients": {B: machine("cart.read")}})
    (problem,) = refused.value.problems
    assert f"renamedFrom: {A}" in problem.fix
    for other in (machine("cart.write"), machine("cart.read", renamedFrom=A), client(A, secret=True)):
        assert change(deploy, before, {"clients": {B: other}}).of_type("UserPool")


@pytest.mark.parametrize(("kind", "make"), KINDS)
@pytest.mark.parametrize("places", [{A: B, B: A}, {B: A, C: B}])
def test_keys_that_move_up_in_one_edit_are_told_to_go_one_after_another(
    deploy: Deploy, kind: str, make: Any, places: dict[str, str]
) -> None:
    after = {key: make(former, renamedFrom=former) for key, former in places.items()}
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, kind: {A: make(A), B: make(B)}}, {kind: after})
    assert all("separate updates" in problem.fix for problem in refused.value.problems)


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_slip_in_a_former_key_is_told_with_the_right_one(deploy: Deploy, kind: str, make: Any) -> None:
    before, path = {"apis": {}, "clients": {}, kind: {B: make(A)}}, f"identity:{kind}.{C}.renamedFrom"
    for former, fix in (("beat", 'did you mean "beta"?'), ("x", "write `renamedFrom: beta`")):
        with pytest.raises(ConfigError) as refused:
            change(deploy, before, {kind: {C: make(A, renamedFrom=former)}})
        assert next(problem for problem in refused.value.problems if problem.path == path).fix.startswith(fix)


def test_what_is_lost_of_a_renamed_client_is_told_by_its_new_key(deploy: Deploy) -> None:
    before = {"apis": {}, "clients": {A: client(A)}, "protect": True}
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, {"clients": {B: client(A, secret=True, renamedFrom=A)}})
    assert [problem.path for problem in refused.value.problems] == [f"identity:clients.{B}.secret"]


def test_three_keys_do_not_go_round(deploy: Deploy) -> None:
    made = {key: client(key) for key in (A, B, C)}
    after = {A: made[B], B: made[C], C: made[A]}
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": made}, {"clients": after})
    assert {problem.path for problem in refused.value.problems} == {f"identity:clients.{key}" for key in made}


def test_clients_that_are_all_alike_have_changed_no_keys(deploy: Deploy) -> None:
    same = {key: client(A) for key in (A, B, C)}
    after = {**same, A: client("other")}
    assert change(deploy, {"apis": {}, "clients": same}, {"clients": after}).of_type("UserPool")
