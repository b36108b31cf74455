"""What holds for every line and every team."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.acd.agents import READY, TALKING, AgentView
from ari_app.acd.line import Line
from ari_app.acd.match import GUARD_SECONDS, match
from ari_app.acd.waiting import STRATEGIES, Waiting
from tests.acd.people import NOW

CLIENTS = ("bakery", "clinic", "shop")
SLUGS = tuple(f"agent{n}" for n in range(6))

agents = st.lists(
    st.builds(
        AgentView,
        slug=st.sampled_from(SLUGS),
        levels=st.dictionaries(st.sampled_from(CLIENTS), st.integers(0, 3)),
        state=st.sampled_from((READY, READY, TALKING)),
        idle_since=st.integers(9_000, 10_000).map(float),
        rung_at=st.integers(9_000, 10_000).map(float),
        calls_today=st.integers(0, 5),
    ),
    unique_by=lambda agent: agent.slug,
)
callers = st.lists(
    st.builds(
        Waiting,
        call=st.integers(0, 10**6).map(str),
        client=st.sampled_from(CLIENTS),
        queue=st.sampled_from(("main", "sales")),
        since=st.integers(9_700, 10_000).map(float),
        priority=st.integers(0, 2),
        weight=st.sampled_from((0.0, 1.0, 2.5)),
        strategy=st.sampled_from(STRATEGIES),
        level=st.integers(0, 3),
        agent=st.none() | st.sampled_from(SLUGS),
        missed_agents=st.frozensets(st.sampled_from(SLUGS), max_size=2),
    ),
    unique_by=lambda caller: caller.call,
)


def may_serve(agent: AgentView, caller: Waiting) -> bool:
    return agent.state == READY and agent.levels.get(caller.client, -1) >= caller.level


@given(callers, agents)
def test_no_agent_gets_two_callers_and_no_caller_two_turns(
    waiting: list[Waiting], team: list[AgentView]
) -> None:
    made = match(Line(waiting), team, NOW)
    rung = [slug for assignment in made for slug in assignment.agents]
    assert len(rung) == len(set(rung))
    assert len(made) == len({assignment.call for assignment in made})


@given(callers, agents)
def test_only_agents_who_may_serve_the_caller_are_rung(
    waiting: list[Waiting], team: list[AgentView]
) -> None:
    line, by_slug = Line(waiting), {agent.slug: agent for agent in team}
    for assignment in match(line, team, NOW):
        caller = line.get(assignment.call)
        assert caller is not None
        assert assignment.agents
        assert all(may_serve(by_slug[slug], caller) for slug in assignment.agents)


@given(callers, agents)
def test_no_ready_agent_stays_idle_while_a_caller_waits_whom_they_may_serve(
    waiting: list[Waiting], team: list[AgentView]
) -> None:
    made = match(Line(waiting), team, NOW)
    rung = {slug for assignment in made for slug in assignment.agents}
    served = {assignment.call for assignment in made}
    left = [caller for caller in waiting if caller.call not in served]
    idle = [agent for agent in team if agent.slug not in rung]
    # Ring-all leaves those out who missed this very caller: they are the next caller's.
    assert not [(a.slug, c.call) for a in idle for c in left if may_serve(a, c)]


@given(callers, agents)
def test_nobody_is_overtaken_in_their_queue_without_a_rule_that_says_so(
    waiting: list[Waiting], team: list[AgentView]
) -> None:
    line, by_slug = Line(waiting), {agent.slug: agent for agent in team}
    taken: set[str] = set()
    passed_over = {caller.call: caller for caller in waiting}
    for assignment in match(line, team, NOW):
        served = passed_over.pop(assignment.call)
        for other in passed_over.values():
            same_queue = (other.client, other.queue) == (served.client, served.queue)
            if same_queue and goes_before(other, served):
                free = [agent for slug, agent in by_slug.items() if slug not in taken]
                assert not any(may_serve(agent, other) for agent in free)
        taken.update(assignment.agents)


def goes_before(one: Waiting, other: Waiting) -> bool:
    guard = NOW - GUARD_SECONDS
    if one.since < guard or other.since < guard:
        return (one.since, one.call) < (other.since, other.call)
    return (-one.priority, one.since, one.call) < (-other.priority, other.since, other.call)


@given(callers, agents, st.randoms(use_true_random=False))
def test_the_order_in_which_callers_and_agents_are_listed_changes_nothing(
    waiting: list[Waiting], team: list[AgentView], chance: object
) -> None:
    made = match(Line(waiting), team, NOW)
    chance.shuffle(waiting)  # type: ignore[attr-defined]
    chance.shuffle(team)  # type: ignore[attr-defined]
    assert match(Line(waiting), team, NOW) == made


@given(callers, agents, st.integers(0, 4))
def test_a_limit_cuts_the_answer_and_changes_nothing_else(
    waiting: list[Waiting], team: list[AgentView], limit: int
) -> None:
    line = Line(waiting)
    assert match(line, team, NOW, limit=limit) == match(line, team, NOW)[:limit]


@settings(max_examples=50)
@given(callers)
def test_a_line_is_empty_again_when_all_have_left(waiting: list[Waiting]) -> None:
    line = Line(waiting)
    for caller in waiting:
        assert line.leave(caller.call) == caller
    assert len(line) == 0
    assert not list(line.queues())
