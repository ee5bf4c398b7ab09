"""The guard: a key that changed keeps its id, or the update is refused; no slip in `formerly` deletes anything."""

from typing import Any

import pytest

from identity.report import ConfigError
from tests.conftest import Deploy
from tests.test_guard import change


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
    before, after = {kind: {A: make(A), B: make(B)}}, {kind: {"new": make(A, formerly=former), B: make(B)}}
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, **before, "protect": protect}, after)
    problem = next(it for it in refused.value.problems if it.path == f"identity:{kind}.new.formerly")
    assert "a key that the stack has: alpha" in problem.allowed


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_chain_with_a_skipped_step_is_refused(deploy: Deploy, kind: str, make: Any) -> None:
    """It was a, then b; the stack knows b, and the config says that c was a."""
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, kind: {B: make(A)}}, {kind: {C: make(A, formerly=A)}})
    assert f"identity:{kind}.{C}.formerly" in [problem.path for problem in refused.value.problems]


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_rename_that_is_done_may_stay_written(deploy: Deploy, kind: str, make: Any) -> None:
    after = {kind: {B: make(A, formerly=A)}}
    assert change(deploy, {"apis": {}, "clients": {}, kind: {B: make(A)}}, after).of_type("UserPool")


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_former_key_beside_an_entry_that_is_there_deletes_nothing(deploy: Deploy, kind: str, make: Any) -> None:
    """The stack has both: nothing is renamed, and the former one would go."""
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {}, kind: {A: make(A), B: make(B)}}, {kind: {B: make(B, formerly=A)}})
    (problem,) = [it for it in refused.value.problems if it.path == f"identity:{kind}.{B}.formerly"]
    assert "the stack has both" in problem.allowed


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_former_key_on_a_new_stack_is_in_nobodys_way(deploy: Deploy, kind: str, make: Any) -> None:
    config = {"product": "acme", "apis": {}, "clients": {}, kind: {B: make(A, formerly=A)}}
    assert deploy(config, stack="dev").of_type("UserPool")


@pytest.mark.parametrize("secrets", [(False, False), (True, False)])
def test_two_clients_do_not_change_keys(deploy: Deploy, secrets: tuple[bool, bool]) -> None:
    one, two = client(A, secret=secrets[0]), client(B, secret=secrets[1])
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"apis": {}, "clients": {A: one, B: two}}, {"clients": {A: two, B: one}})
    problems = {problem.path: problem for problem in refused.value.problems}
    assert "those of beta" in problems[f"identity:clients.{A}"].allowed
    assert "those of alpha" in problems[f"identity:clients.{B}"].allowed
    assert "leave the keys as they are" in problems[f"identity:clients.{A}"].mend


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
