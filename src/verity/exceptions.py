"""The one error tree. Every error says what happened, to which thing, and what to do next, under a stable code.

    VerityError
    ├── IntentNotRecognized      ask back                                  VRT-301
    ├── SemanticMatchFailed      show what exists                          VRT-302
    ├── ToolExecutionFailed      checkpoint with status error, message     VRT-401
    │   ├── ToolTimedOut                                                   VRT-402
    │   ├── ToolInputInvalid / ToolOutputInvalid                           VRT-403 / VRT-404
    ├── ToolNotPermitted         a PermissionError too                     VRT-405
    ├── ToolNotFound                                                       VRT-406
    ├── AddonUnavailable         go on without, say so                     VRT-410
    ├── ConfigError              1xx: project, settings, extras
    ├── DictionaryError          20x: the dictionary's form and meaning
    ├── QueryError               22x-25x: a MetricQuery that cannot be answered
    ├── DataError                5xx: sources, warehouse, builds
    └── RecordError              6xx: checkpoints, conversations, state store

Ranges: 1xx project and settings, 2xx dictionary and queries, 3xx the analyst, 4xx tools and agents, 5xx data,
6xx the record, 7xx the command line, 9xx defects of Verity itself. `docs/reference/errors.md` lists every code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class VerityError(Exception):
    """Base of every error of Verity. `code` is stable; `remedy` says what to do next."""

    code = "VRT-900"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.checkpoint_id: str | None = None
        """The checkpoint that records this failure, where the executor wrote one."""

    def __str__(self) -> str:
        return f"{self.code} {self.message}" + (f"\n  {self.remedy}" if self.remedy else "")


class InternalError(VerityError):
    """A defect of Verity: something that must never happen did. Carries no vendor text that could hold a secret."""

    code = "VRT-900"


# --- 1xx project and settings -------------------------------------------------------------------------------------


class ConfigError(VerityError):
    """The project folder or its settings are wrong."""

    code = "VRT-100"


class ProjectNotFound(ConfigError):
    """No verity.toml at or above the folder."""

    code = "VRT-101"

    def __init__(self, directory: object) -> None:
        super().__init__(
            f"no verity.toml in {directory} or any folder above it",
            remedy="Make a project with 'verity init DIR' or 'verity demo DIR', or name one with --project DIR.",
        )


class ConfigInvalid(ConfigError):
    """verity.toml or a VERITY_* variable cannot be read or has a wrong value."""

    code = "VRT-102"


class MissingExtra(ConfigError):
    """A feature needs an optional part that is not installed."""

    code = "VRT-103"

    def __init__(self, extra: str, what: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the extra '{extra}'", remedy=f"pip install 'verity-workbench[{extra}]'")


class PackageMissing(ConfigError):
    """A Python package that this call needs, and Verity does not, is not installed."""

    code = "VRT-107"

    def __init__(self, package: str) -> None:
        super().__init__(f"this needs the Python package '{package}'", remedy=f"pip install {package}")


class ProjectExists(ConfigError):
    """init or demo was asked to write into a folder that already holds something."""

    code = "VRT-104"


class ProjectUnwritable(ConfigError):
    """init or demo may not write where the project should be."""

    code = "VRT-106"


class OwnerOnly(ConfigError, PermissionError):
    """Syncs, builds, checks and the doctor belong to the project's owner."""

    code = "VRT-105"

    def __init__(self, what: str, principal: str) -> None:
        super().__init__(f"'{principal}' may not run {what}", remedy="Run it as the project's owner, without --as.")


# --- 20x the dictionary -------------------------------------------------------------------------------------------


class DictionaryError(VerityError):
    """The data dictionary is wrong. `place` is `file:line` where it is known."""

    code = "VRT-200"

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        self.place = place
        super().__init__(f"{place}: {message}" if place else message, remedy=remedy)


class DictionaryInvalid(DictionaryError):
    """Several things are wrong with the dictionary; nothing was loaded. `errors` holds each, in file order."""

    code = "VRT-201"

    def __init__(self, errors: Sequence[DictionaryError]) -> None:
        self.errors = tuple(errors)
        count = f"{len(self.errors)} errors" if len(self.errors) != 1 else "1 error"
        lines = [f"  {e.code} {e.message}" + f"\n    {e.remedy}" * bool(e.remedy) for e in self.errors[:50]]
        lines += [f"  and {len(self.errors) - 50} more"] * (len(self.errors) > 50)
        super().__init__(
            "\n".join([f"the dictionary has {count}; nothing was loaded", *lines]),
            remedy="Correct them and run 'verity check'.",
        )


class DictionaryUnreadable(DictionaryError):
    """A dictionary file is missing, may not be read, or is not UTF-8 text."""

    code = "VRT-202"


class DictionarySyntax(DictionaryError):
    """A dictionary file is not YAML or JSON: a tab, an unclosed bracket, a key written twice, a bomb of aliases."""

    code = "VRT-203"


class DictionaryForm(DictionaryError):
    """An entry is not of the dictionary's form: an unknown key, a missing one, a value of the wrong type."""

    code = "VRT-204"


class TableDefinedTwice(DictionaryError):
    """Two files of the dictionary define a table of one name."""

    code = "VRT-205"


class NameNotUsable(DictionaryError):
    """A table, metric, join or segment has a name that could not be asked for: empty, reserved, or with . : { }."""

    code = "VRT-206"


class LockUnusable(DictionaryError):
    """dictionary.lock.json cannot be read or written, or is not what `verity check --accept` writes."""

    code = "VRT-217"


# --- 22x-25x queries ----------------------------------------------------------------------------------------------


class QueryError(VerityError):
    """A MetricQuery that cannot be answered as asked."""

    code = "VRT-220"


class UnknownMember(QueryError):
    """A metric, dimension or segment that does not exist, or that the principal may not see (the same answer)."""

    code = "VRT-221"

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind, self.name = kind, name
        guess = did_you_mean(name, known)
        hint = f" Did you mean {guess}?" if guess else ""
        super().__init__(f"unknown {kind} '{name}'.{hint}", remedy="See them all: verity query --list")


class AmbiguousMember(QueryError):
    """A short name that several members share, or a join path with several choices."""

    code = "VRT-222"

    def __init__(self, name: str, choices: Sequence[str]) -> None:
        self.name, self.choices = name, tuple(choices)
        super().__init__(f"'{name}' could mean {', '.join(self.choices)}", remedy="Write one of them in full.")


class NotSupported(QueryError):
    """A part of the query form that this version does not answer yet. Never ignored silently."""

    code = "VRT-229"


class NoJoinPath(QueryError):
    """A dimension or filter that a metric cannot reach over declared joins."""

    code = "VRT-223"

    def __init__(self, metric: str, dimension: str, *, remedy: str = "") -> None:
        self.metric, self.dimension = metric, dimension
        super().__init__(
            f"'{metric}' cannot be asked by '{dimension}': no declared join leads there",
            remedy=remedy or "Leave one of them out, or declare the join in the dictionary.",
        )


class KeyRequired(QueryError):
    """A one-side metric was asked by a many-side dimension, and its table declares no primary key to count by."""

    code = "VRT-224"

    def __init__(self, metric: str, dimension: str, table: str) -> None:
        super().__init__(
            f"'{metric}' by '{dimension}' would count rows of '{table}' more than once",
            remedy=f"Declare the primary_key of '{table}' so that each row is counted once.",
        )


class FilterInvalid(QueryError):
    """A filter whose operator or values do not fit its member."""

    code = "VRT-225"


class QueryInvalid(QueryError):
    """A MetricQuery whose parts contradict each other."""

    code = "VRT-226"


class NotMeaningful(QueryError):
    """The dictionary says that this metric has no meaning by that dimension, at that grain or without that filter."""

    code = "VRT-227"


class ConditionSyntax(QueryError):
    """The text of a condition (`--where`) or of a list of members cannot be read. `position` counts from 0."""

    code = "VRT-228"

    def __init__(self, text: str, position: int, expected: str) -> None:
        self.text, self.position = text, position
        mark = f"{text}\n  {' ' * position}^"
        super().__init__(f"cannot read this at character {position + 1}: {expected}\n  {mark}")


class ExpressionInvalid(QueryError):
    """The SQL of a metric, column, segment or join does not parse or does not make sense."""

    code = "VRT-230"


class ExpressionForbidden(QueryError):
    """The SQL of a member holds what no member may hold: a sub-query, a second statement, a window, a comment..."""

    code = "VRT-231"


class UnknownColumn(QueryError):
    """The SQL of a member names a column that its table does not have."""

    code = "VRT-232"

    def __init__(self, column: str, table: str, known: Iterable[str] = ()) -> None:
        self.column, self.table = column, table
        guess = did_you_mean(column, known)
        super().__init__(
            f"'{column}' is not a column of '{table}'." + (f" Did you mean {guess}?" if guess else ""),
            remedy=f"Correct the name, or declare '{column}' in the columns of '{table}': derived by `sql`, or an "
            f'aggregate for each key, such as "{column}": {{"per": "<key column>", "sql": "COUNT(*)"}}.',
        )


class MemberCycle(QueryError):
    """Members that are defined by each other."""

    code = "VRT-233"

    def __init__(self, chain: Sequence[str]) -> None:
        super().__init__(
            f"these members define each other: {' -> '.join(chain)}", remedy="Break the circle in the dictionary."
        )


class RelationMissing(QueryError):
    """A table of the dictionary that the warehouse does not have (yet)."""

    code = "VRT-234"

    def __init__(self, relation: str) -> None:
        super().__init__(
            f"the warehouse has no table '{relation}'",
            remedy="Run 'verity sync' and 'verity build', or correct `relation`.",
        )


class StatementRefused(QueryError):
    """The guard before the engine saw a statement that is not one read-only SELECT."""

    code = "VRT-240"


class TimeRequired(QueryError):
    """A metric over time, or a comparison, of a query that says neither a range of time nor a grain to go by."""

    code = "VRT-241"


class SpanInvalid(QueryError):
    """A span of time that the query's grain or range cannot be moved or summed by."""

    code = "VRT-242"


class NotAdditive(QueryError):
    """A metric that may not be summed as asked: an accumulation of what has no sum over time."""

    code = "VRT-243"


class PivotInvalid(QueryError):
    """A pivot on what is no dimension of the query, or with more columns than a table may have."""

    code = "VRT-244"


class UnknownTimeZone(QueryError):
    """A time zone that is no IANA name, such as `Asia/Manila`."""

    code = "VRT-245"

    def __init__(self, name: str, guess: str = "") -> None:
        super().__init__(
            f"'{name}' is no time zone." + (f" Did you mean '{guess}'?" if guess else ""),
            remedy="Write an IANA name, such as Asia/Manila or Europe/Berlin; UTC where none is given.",
        )


class CalendarMissing(QueryError):
    """A fiscal grain of a time whose table names no calendar, or two calendars or week starts in one column."""

    code = "VRT-246"


class MaskUnavailable(QueryError):
    """A column that is masked for the asker cannot be shown as its mask says."""

    code = "VRT-247"


class NotAllocatable(QueryError):
    """A metric that is no sum was asked over a weighted bridge, which can split sums only."""

    code = "VRT-248"


class NoLevelBelow(QueryError):
    """A drill below the last level of a hierarchy, or of a dimension that belongs to none."""

    code = "VRT-249"


class RollupInvalid(QueryError):
    """A declared rollup cannot be what it says: a part that cannot be added up, a key that is not kept."""

    code = "VRT-250"

    def __init__(self, rollup: str, message: str, *, remedy: str) -> None:
        self.rollup = rollup
        super().__init__(f"the rollup '{rollup}' cannot be used: {message}", remedy=remedy)


class RollupUnknown(QueryError):
    """No table declares a rollup of this name."""

    code = "VRT-251"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        names = sorted(known)
        guess = did_you_mean(name, names)
        hint = f"Did you mean {guess}?" if guess else f"Declared: {', '.join(names) or 'none'}."
        super().__init__(f"unknown rollup '{name}'", remedy=hint)


class RollupsUnsupported(QueryError):
    """The engine builds no rollups."""

    code = "VRT-252"

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"rollups are not built on {engine}", remedy="Build them where the models are built: DuckDB or PostgreSQL."
        )


class ProbeInvalid(QueryError):
    """A table's freshness probe is not one SELECT of one value."""

    code = "VRT-253"


# --- 3xx the analyst ----------------------------------------------------------------------------------------------


class IntentNotRecognized(VerityError):
    """The intent resolver could not place the question in the closed list."""

    code = "VRT-301"


class SemanticMatchFailed(VerityError):
    """No metric, table or reading of the dictionary fits the question."""

    code = "VRT-302"


# --- 4xx tools and agents -----------------------------------------------------------------------------------------


class ToolExecutionFailed(VerityError):
    """A tool failed while running (reference, section 23)."""

    code = "VRT-401"

    def __init__(self, tool: str, reason: str, *, remedy: str = "") -> None:
        self.tool, self.reason = tool, reason
        super().__init__(f"Tool {tool} failed: {reason}", remedy=remedy)


class ToolTimedOut(ToolExecutionFailed):
    """A tool did not finish within its time."""

    code = "VRT-402"


class ToolInputInvalid(ToolExecutionFailed):
    """The arguments break the tool's input schema; nothing ran."""

    code = "VRT-403"


class ToolOutputInvalid(ToolExecutionFailed):
    """The tool's result breaks its own output schema; it is not used."""

    code = "VRT-404"


class ToolNotPermitted(VerityError, PermissionError):
    """The agent's policy does not allow the tool; nothing ran."""

    code = "VRT-405"

    def __init__(self, agent: str, tool: str) -> None:
        self.agent, self.tool = agent, tool
        super().__init__(
            f"Agent '{agent}' cannot execute tool '{tool}'",
            remedy=f"Add it to allowed_tools of agents/{agent}.yml if it should.",
        )


class ToolNotFound(VerityError, KeyError):
    """No tool of that name and version is registered."""

    code = "VRT-406"

    def __str__(self) -> str:
        return VerityError.__str__(self)


class ToolAlreadyRegistered(VerityError, ValueError):
    """A tool of that name and version is registered already; versions never change their meaning."""

    code = "VRT-407"

    def __init__(self, key: str) -> None:
        super().__init__(f"Tool {key} already registered", remedy="Give the changed tool a new version.")


class ToolCancelled(ToolExecutionFailed):
    """The caller stopped the tool (Ctrl-C); its result is not used."""

    code = "VRT-408"


class ToolSchemaInvalid(VerityError, ValueError):
    """A tool declares an input or output schema that is no JSON Schema."""

    code = "VRT-409"


class AddonUnavailable(VerityError):
    """An add-on did not answer or is not enabled; the answer goes on without it and says so."""

    code = "VRT-410"


class ChartNotWritten(VerityError):
    """A chart cannot be written to the file that was named."""

    code = "VRT-440"


class AgentInvalid(VerityError, ValueError):
    """An agent document is not of the form `{"agent", "allowed_tools", "addons_enabled"}`."""

    code = "VRT-411"


# --- 5xx data -----------------------------------------------------------------------------------------------------


class DataError(VerityError):
    """A source, the warehouse or a build is at fault."""

    code = "VRT-500"


class WarehouseBusy(DataError):
    """Another process is syncing or building this project."""

    code = "VRT-501"


class NothingPublished(DataError):
    """No finished build exists yet."""

    code = "VRT-502"

    def __init__(self) -> None:
        super().__init__("nothing has been built yet", remedy="Run 'verity sync' and then 'verity build'.")


class WarehouseUnavailable(DataError):
    """The warehouse cannot be opened or reached."""

    code = "VRT-503"


class QueryTimedOut(DataError):
    """The engine was interrupted at the deadline."""

    code = "VRT-504"


class EngineRefused(DataError):
    """The engine refused a statement; the text names the statement's fault, never a secret."""

    code = "VRT-505"


class DiskFull(DataError):
    """No space is left; nothing half-written was published."""

    code = "VRT-506"


class WarehouseLocked(WarehouseUnavailable):
    """Another program holds a warehouse file open."""

    code = "VRT-507"


class WarehouseCorrupt(WarehouseUnavailable):
    """A warehouse file is not what it should be."""

    code = "VRT-508"


class WarehouseForbidden(WarehouseUnavailable):
    """The account that Verity runs as, or signs in as, may not do this in the warehouse."""

    code = "VRT-509"


class FileUnreadable(DataError):
    """A source file cannot be read as what it is said to be. `path` and, where known, `line` say where."""

    code = "VRT-510"

    def __init__(self, path: object, reason: str, *, line: int | None = None, remedy: str = "") -> None:
        self.path, self.line = str(path), line
        super().__init__(f"{path}{f':{line}' if line is not None else ''}: {reason}", remedy=remedy)


class TypeGuessFailed(FileUnreadable):
    """A value of a file does not fit the type of its column."""

    code = "VRT-511"


class OneProcessOnly(WarehouseUnavailable):
    """Another process has the chDB of this project; it belongs to one process at a time."""

    code = "VRT-512"


class QueryEngineOnly(DataError):
    """ClickHouse and Spark answer queries; syncs and builds run on DuckDB or PostgreSQL."""

    code = "VRT-513"

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"'{engine}' answers queries; nothing is synced or built there",
            remedy="Build on DuckDB or PostgreSQL (VERITY_WAREHOUSE_ENGINE=duckdb verity build), then 'verity move'.",
        )


class MoveDiffers(DataError):
    """What lies on the other engine after a move is not what was moved; it was not published there."""

    code = "VRT-514"


class MoveImpossible(DataError):
    """The address is none that tables can be moved to, or the layers asked for hold no table."""

    code = "VRT-515"


class ValueUnstorable(DataError):
    """The other engine has no type that holds a value or column as it is."""

    code = "VRT-516"


# --- 52x sources --------------------------------------------------------------------------------------------------


class SourceNotFound(DataError):
    """No file, folder or glob match where the source is said to be."""

    code = "VRT-520"


class SourceEmpty(DataError):
    """A folder, file or database holds nothing that can be a table."""

    code = "VRT-521"


class SourceUnreadable(DataError):
    """The account that Verity runs as may not read the source."""

    code = "VRT-522"


class SourceFormatUnknown(DataError):
    """A file's ending or a URL's scheme is none that Verity reads."""

    code = "VRT-523"


class TableNameClash(DataError):
    """Two files, sheets or database tables would be one table."""

    code = "VRT-524"


class SourceUnreachable(DataError):
    """A source database does not answer, or refuses the user or password. Never shows the password."""

    code = "VRT-525"


class SourceDocumentInvalid(DataError):
    """A sources/*.yml file is not what it should be."""

    code = "VRT-527"


class SecretMissing(DataError):
    """A source names an environment variable that is not set."""

    code = "VRT-528"


class RowsNotReconciled(DataError):
    """A table landed with another number of rows than its source has; nothing of the run was kept."""

    code = "VRT-529"


class SourceUnknown(DataError):
    """No source of that name."""

    code = "VRT-530"


class SourceTableMissing(DataError):
    """A table that the source document names is not in the source any more."""

    code = "VRT-531"


class SyncStopped(DataError):
    """A sync was cancelled; nothing of the run was kept."""

    code = "VRT-532"


# --- 56x builds ---------------------------------------------------------------------------------------------------


class RollupFailed(DataError):
    """A rollup could not be built from the published data; what was in force still is."""

    code = "VRT-254"

    def __init__(self, rollup: str, message: str, *, remedy: str = "") -> None:
        super().__init__(f"the rollup '{rollup}' was not built: {message}", remedy=remedy)


class ModelsMissing(DataError):
    """No dbt project where the models should be."""

    code = "VRT-560"


class ModelsInvalid(DataError):
    """dbt cannot read the models: broken YAML or Jinja, a missing reference, two models of one name."""

    code = "VRT-561"


class ModelFailed(DataError):
    """A model, seed or snapshot failed while it was built; nothing was published."""

    code = "VRT-562"


class ModelTestFailed(DataError):
    """A test on a built model found rows that break it; nothing was published."""

    code = "VRT-563"


class NothingSelected(DataError):
    """`--select` names no model."""

    code = "VRT-564"


class BuildStopped(DataError):
    """A build was cancelled; nothing was published."""

    code = "VRT-565"


class TransformFailed(DataError):
    """The transform failed outside any model: its profile, its connection, or dbt itself."""

    code = "VRT-566"


class ModelsExist(DataError):
    """Models were to be written where some stand already."""

    code = "VRT-567"


# --- 59x the sample project ---------------------------------------------------------------------------------------


class SampleInvalid(DataError):
    """A scale, seed or thread count out of range for the sample project."""

    code = "VRT-590"


class SampleUnwritable(DataError):
    """The folder for the sample project cannot be made or written."""

    code = "VRT-591"


# --- 6xx the record -----------------------------------------------------------------------------------------------


class RecordError(VerityError):
    """Checkpoints or conversations are at fault."""

    code = "VRT-600"


class ConversationNotFound(RecordError):
    """No conversation of that id."""

    code = "VRT-601"


class StateUnavailable(RecordError):
    """The state store cannot be opened or reached."""

    code = "VRT-602"


class StateNewer(StateUnavailable):
    """The state store was written by a newer Verity; this one will not touch it."""

    code = "VRT-603"


class StateBusy(StateUnavailable):
    """Another process holds the state store and did not let go in time."""

    code = "VRT-604"


class StateUnreadable(StateUnavailable):
    """The state store's file is no database of Verity, or is damaged."""

    code = "VRT-605"


class RecordImmutable(RecordError):
    """Something tried to change or delete what is recorded; the database refused."""

    code = "VRT-606"


class NotJson(RecordError, ValueError):
    """A value that is to be recorded has no JSON form (a float that is not finite, a type JSON does not have)."""

    code = "VRT-607"


class ConversationIdInvalid(RecordError, ValueError):
    """A conversation's id is empty, too long, or holds characters that cannot be kept."""

    code = "VRT-608"


class ReplayNotPermitted(RecordError, PermissionError):
    """Only the owner, or the very principal who asked, may run a conversation again."""

    code = "VRT-610"


# --- 7xx the command line -----------------------------------------------------------------------------------------


class UsageError(VerityError):
    """A wrong flag, file or value on the command line."""

    code = "VRT-700"


def did_you_mean(name: str, known: Iterable[str], count: int = 3) -> str:
    """The nearest known names, as `'a', 'b' or 'c'`; letter case is no difference.

    Empty where none is near, one where it is by far the nearest.
    """
    folded: dict[str, str] = {}
    for word in known:
        folded.setdefault(word.casefold(), word)
    near = difflib.get_close_matches(name.casefold(), list(folded), n=count, cutoff=0.6)
    shares = [difflib.SequenceMatcher(None, word, name.casefold()).ratio() for word in near]
    close = [folded[word] for word, share in zip(near, shares, strict=True) if share > shares[0] - 0.2]
    quoted = [f"'{word}'" for word in close]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


# --- 80x interchange ----------------------------------------------------------------------------------------------


class InterchangeError(VerityError):
    """A model of another tool cannot be imported, or the dictionary not exported. `place` is `file:line` if known."""

    code = "VRT-800"

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        self.place = place
        super().__init__(f"{place}: {message}" if place else message, remedy=remedy)


class ForeignUnreadable(InterchangeError):
    """A file to import is missing, may not be read, is not UTF-8 text or is too large."""

    code = "VRT-801"


class ForeignSyntax(InterchangeError):
    """A file to import is not the YAML, JSON or LookML that it should be."""

    code = "VRT-802"


class ForeignForm(InterchangeError):
    """A value in a file to import is not of the kind that the format asks for."""

    code = "VRT-803"


class ForeignReference(InterchangeError):
    """Names in a model to import go round in a circle, or two things have one name."""

    code = "VRT-804"


class ImportTargetExists(InterchangeError):
    """An import would write over a file or a table of the dictionary; nothing was written."""

    code = "VRT-805"


class NothingToImport(InterchangeError):
    """The path holds nothing of the format that was named."""

    code = "VRT-806"


class InterchangeUnwritable(InterchangeError):
    """The result of an import or export cannot be written; nothing was left half-written."""

    code = "VRT-807"


class RevisionUnknown(InterchangeError):
    """The revision to compare with cannot be read: no git, no repository, or no such revision."""

    code = "VRT-808"


class ImportInvalid(InterchangeError):
    """The imported model would not be a sound dictionary; nothing was written. `errors` holds each fault."""

    code = "VRT-809"
