"""A small client, as its document."""

CLINIC = """
client: anu-clinic
name: Ану эмнэлэг
language: mn
fallback_queue: reception
numbers: [{number: "+97670110001", flow: main}]
calendars: {main: {weekly: {mon: ["09:00-18:00"]}}}
queues: {reception: {}}
prompts:
  welcome: {mn: {text: Ану эмнэлэгт тавтай морил}}
  menu: {mn: {text: Эмчид 1 дарна уу}}
flows:
  main:
    spec_version: 1
    name: Main
    language: mn
    start: welcome
    nodes:
      welcome: {type: greeting, prompt: welcome, exits: {done: menu}}
      menu: {type: menu, prompt: menu, exits: {"1": line, max_tries: line}}
      line: {type: queue, queue: reception, exits: {timeout: bye}}
      bye: {type: voicemail}
"""
