"""The ``vivialconnect`` command. Each command is a module of this package, or one named in a row.

A command is a module with two functions, and a row in :data:`vivialconnect.command.main.COMMANDS`:

- ``add_arguments(parser)`` declares the arguments. A command with verbs calls
  :func:`~vivialconnect.command.parsing.add_verb` for each verb.
- ``run(arguments) -> int`` does the work and returns the exit status. A command with verbs has one
  such function per verb instead.

Only the module of the command that runs is imported, so import at the top of the module.

The global options are added to every command and verb, and parsed before and after its name.

=========================================================== =======================================
:func:`vivialconnect.command.settings.connect`              ``with connect(arguments):`` applies the
                                                            chosen settings to the SDK. ``add_verb``
                                                            does it for a verb.
:func:`vivialconnect.command.settings.find_settings`        The chosen settings and their source.
:class:`vivialconnect.command.output.Output`                ``Output(arguments)`` writes data to
                                                            stdout: ``rows``, ``row``, ``fields``.
:func:`vivialconnect.command.terminal.note`                 Writes a line to stderr.
:func:`vivialconnect.command.terminal.confirm`              Asks, or requires ``--yes``.
:mod:`vivialconnect.command.errors`                         What to raise: ``Misuse`` exits with 2,
                                                            ``BadSettings`` with 4, ``Failure``
                                                            with 1, ``OutcomeUnknown`` with 3.
=========================================================== =======================================

Raise any exception of the SDK unchanged: it is reported as one line, with its exit status.

::

    def add_arguments(parser):
        verbs = add_verbs(parser)
        verb = add_verb(verbs, "status", run_status, "Show the status of a campaign.",
                        "campaign status spring.db")
        verb.add_argument("file", metavar="FILE")

    def run_status(arguments):
        Output(arguments).fields({"sent": 12, "failed": 0})
        return 0
"""
