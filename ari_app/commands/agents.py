"""`duudlaga agent`: who answers, in which state, and how their phones register."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from ari_app.acd.agents import OFF_DUTY, RESERVED, RINGING, TALKING, AgentView
from ari_app.commands.database import house_database
from ari_app.commands.live_state import LiveStateAwayError, live_state
from ari_app.commands.names import actor, agent_names, refuse_unknown
from ari_app.commands.output import print_json, print_table
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339, wall_clock
from ari_app.flow.said import Said
from ari_app.operations.refused import RefusedError, no_agent
from ari_app.operations.removing import remove_agent
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.account import give_back
from ari_app.standalone.simulated_phones import give_agents_phones, note_yielded, simulated
from ari_app.store.agents import list_agents, set_simulated_phone
from ari_app.store.database import transaction
from ari_app.telephony.phone_book import PhoneBook

app = typer.Typer(no_args_is_help=True, help="Show agents, their states and phones.")

COLUMNS = ("agent", "name", "state", "since", "reason", "phone", "clients")


class Wish(StrEnum):
    """What somebody may want an agent to be; the rest follows from calls and phones."""

    READY = "ready"
    PAUSED = "paused"
    OFFLINE = "offline"


@app.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the agents: state, since when, why, and whether the phone can be reached.

    Without Redis nobody knows the states; they are left empty.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    house = Snapshot.open(settings.snapshot).agents
    views: dict[str, AgentView] = {}
    try:
        with live_state(settings) as live:
            views = live.agents(house)
    except LiveStateAwayError as error:
        typer.echo(texts.said(error.args[0]), err=True)
    robots = simulated(settings)
    rows = [
        agent_row(slug, agent, views.get(slug), simulated=slug in robots)
        for slug, agent in sorted(house.items())
    ]
    if as_json:
        print_json(rows)
    else:
        print_table([_for_people(row, texts, settings.timezone) for row in rows], COLUMNS, texts)


@app.command()
def state(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="The agent's slug.")],
    wish: Annotated[Wish, typer.Argument(metavar="ready|paused|offline", help="What to be.")],
    reason: Annotated[str, typer.Option(help="Why, for a pause.")] = "",
) -> None:
    """Make an agent ready, pause them, or take them off duty.

    During a call it takes effect after it. Off duty is a pause until they are made ready again.
    """
    if wish is Wish.READY:
        command, arguments = "ready", {"agent": agent}
    else:
        why = reason or (OFF_DUTY if wish is Wish.OFFLINE else "")
        command, arguments = "pause", {"agent": agent, "reason": why}
    texts: Texts = context.obj
    settings = Settings.load()
    refuse_unknown(settings, agent=agent)
    with live_state(settings) as live:
        answer = live.tell(command, arguments)
    if not answer.done:
        raise RefusedError(Said("the controller refuses: {why}", why=answer.message))
    name, state = _name(settings, agent), texts.word(answer.message)
    typer.echo(texts("entry.agent_state_changed", agent=name, new=state))


@app.command()
def phone(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="The agent's slug.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print how any SIP phone registers as this agent's: address, user, password."""
    texts: Texts = context.obj
    settings = Settings.load()
    refuse_unknown(settings, agent=agent)
    password = PhoneBook(settings.home / "phones.json").known(agent)
    if password is None:
        said = Said("{agent} has no account yet; a running controller makes one within a second",
                    agent=_name(settings, agent))  # fmt: skip
        raise RefusedError(said)
    account = {
        "agent": agent,
        "address": settings.sip_address,
        "port": settings.sip_port,
        "transport": "udp",
        "user": f"agent-{agent}",
        "password": password,
    }
    if as_json:
        print_json(account)
        return
    typer.echo(texts("agent.phone"))
    for name, value in account.items():
        typer.echo(f"  {name:<10} {value}")


@app.command()
def remove(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="The agent's slug.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take an agent out of the house; their calls stay on record.

    Refused while the agent is in a call.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    refuse_unknown(settings, agent=agent)
    with live_state(settings) as live:
        view = live.agents({agent: {"clients": {}}})[agent]
    name = _name(settings, agent)
    if view.state in (RESERVED, RINGING, TALKING):
        said = Said("{agent} is in a call: remove the agent when it has ended", agent=name)
        raise RefusedError(said)
    if not yes:
        typer.confirm(texts("agent.remove", agent=name), abort=True)
    with house_database(settings) as connection:
        with transaction(connection) as cursor:
            clients = remove_agent(cursor, agent, actor=actor())
        publish(connection, settings.snapshot)
    give_agents_phones(settings)
    give_back(settings.home)
    typer.echo(texts("agent.removed", agent=name, clients=", ".join(clients) or "–"))


@app.command()
def simulate(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="The agent's slug.")],
    on: Annotated[
        bool, typer.Option("--on/--off", help="Switch the simulated phone on, or off.")
    ] = True,
) -> None:
    """Let the second Asterisk play an agent's phone, or leave it to the agent's own.

    A real phone that registers switches the simulated one off by itself.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    with house_database(settings) as connection:
        with transaction(connection) as cursor:
            if not set_simulated_phone(cursor, agent, simulated=on):
                raise no_agent(agent, (each.agent for each in list_agents(cursor)))
        publish(connection, settings.snapshot)
    note_yielded(settings, agent, away=False)
    give_agents_phones(settings)
    name = _name(settings, agent)
    if not on:
        typer.echo(texts("agent.not_simulated", agent=name))
    elif agent in simulated(settings):
        typer.echo(texts("agent.simulated", agent=name))
    else:
        typer.echo(texts("agent.own_phone", agent=name))


def _name(settings: Settings, agent: str) -> str:
    """What people call the agent."""
    return agent_names(settings).get(agent, agent)


def agent_row(
    slug: str, agent: dict[str, Any], view: AgentView | None, *, simulated: bool = False
) -> dict[str, Any]:
    """One agent as docs/json-output.md has it; without a view the live fields are null."""
    return {
        "agent": slug,
        "name": agent["name"],
        "state": view.state if view else None,
        "since": rfc3339(view.since) if view and view.since else None,
        "reason": (view.reason or None) if view else None,
        "phone": ("reachable" if view.registered else "unreachable") if view else None,
        "simulated": simulated,
        "clients": agent["clients"],
    }


def _for_people(row: dict[str, Any], texts: Texts, zone: str) -> dict[str, Any]:
    known = {name: texts.word(row[name]) for name in ("state", "reason", "phone") if row[name]}
    if row["simulated"]:
        known["phone"] = ", ".join(filter(None, (known.get("phone"), texts.word("simulated"))))
    return row | known | {"since": wall_clock(row["since"], zone)}
