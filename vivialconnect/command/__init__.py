"""The ``vivialconnect`` command: one module for each of its commands.

A command is a row in ``main.COMMANDS``, and a module with two functions:

- ``add_arguments(parser)`` declares the arguments. It calls :func:`.parsing.complete` for the
  summary and an example. A command with verbs calls :func:`.parsing.add_verbs` and, for each verb,
  :func:`.parsing.add_verb` instead.
- ``run(arguments) -> int`` does the work and returns the exit status. A command with verbs has one
  such function for each verb instead.

Only the module of the command that runs is imported. The global options are added to every command
and verb, and accepted before and after its name. The help of each leaf has an example, which the
tests run.

============================= ====================================================================
``settings.connect``          ``with connect(arguments):`` applies the chosen settings to the SDK.
                              ``add_verb`` does it for a verb, unless that is ``offline``.
``settings.find_settings``    The chosen settings, and where each comes from.
``output.Output``             Writes data to stdout: ``rows``, ``row`` and ``fields``.
``lists.write_list``          Writes a list with ``--limit`` and ``--all``.
``terminal.note``             Writes a line to stderr.
``terminal.confirm``          Asks on a terminal, and requires ``--yes`` elsewhere.
``progress.Progress``         Shows on stderr how far a command is.
``failures``                  What to raise: ``Failure`` (exit status 1), ``Misuse`` (2),
                              ``BadSettings`` (4).
============================= ====================================================================

Let the exceptions of the SDK pass. Each is reported as one line with its exit status. Before a
request that changes something, set ``arguments.find_out`` to the command that finds out whether it
took effect (:func:`.lines.command_line`).

::

    def add_arguments(parser):
        verbs = add_verbs(parser)
        verb = add_verb(
            verbs, "show", run_show, "Show the fields of a user.", example="users show 1"
        )
        verb.add_argument("id", metavar="ID")

    def run_show(arguments):
        Output(arguments).fields(User.find(arguments.id).to_dict())
        return 0
"""
