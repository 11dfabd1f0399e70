"""The analyst core: the fixed flow from a question to a recorded answer, and the one executor of tools.

Promises: pure of vendors and of business. It knows policies, schemas, tools by name, checkpoints and templates;
it never learns what a forecast, a chart or a table of orders is. A new ability never changes it.
Read first: `analyst.py` (the flow), then `tool_executor.py`; what it needs from outside is in `ports.py`.
May import: contracts, exceptions, pydantic, jsonschema-rs, the standard library.

    executor = ToolExecutor(registry, SchemaValidator(), CheckpointLogger(storage), transports={"local": transport})
    analyst = Analyst(executor, classify, ResponseComposer(), AgentPolicy(document))
    answer = analyst.ask(Question(text="revenue by month", today=date.today()), principal)
"""
