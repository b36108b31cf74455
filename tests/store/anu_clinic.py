"""A client's document, as the tests of import, export and publishing use it."""

from __future__ import annotations

ANU_CLINIC = """\
client: anu-clinic
name: Ану эмнэлэг
language: mn
timezone: Asia/Ulaanbaatar
colour: "#1971c2"
answer_phrase: {mn: "Ану эмнэлэг, сайн байна уу"}
fallback_queue: reception
numbers:
  - {number: "+976 7011-0001", flow: main, label: "Main"}
calendars:
  main:
    weekly: {mon: ["09:00-18:00"], fri: ["09:00-13:00", "14:00-18:00"]}
    exceptions: [{date: 2026-12-31, hours: ["09:00-13:00"], name: Шинэ жил}]
    holidays: {country: MN}
queues:
  reception: {wrap_up_seconds: 20, weight: 2}
prompts:
  welcome: {mn: {text: "Сайн байна уу"}}
  menu: {mn: {file: audio/menu.wav}}
agents: {bold: 5, saraa: 3}
flows:
  main:
    spec_version: 1
    name: Main
    language: mn
    start: welcome
    on_failure: reception
    nodes:
      welcome: {type: greeting, prompt: welcome, exits: {done: menu}}
      menu: {type: menu, prompt: menu, exits: {1: reception, no_input: reception,
        no_match: reception, max_tries: reception}}
      reception: {type: queue, queue: reception, exits: {done: bye, timeout: promise,
        no_agents: promise, full: promise}}
      promise: {type: callback, exits: {done: bye, refused: bye}}
      bye: {type: hangup}
"""

AGENTS = """\
agents:
  bold: {name: Болд, simulated_phone: true}
  saraa: {name: Сараа, ready_on_register: false, ring_seconds: 15}
"""
