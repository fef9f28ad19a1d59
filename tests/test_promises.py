"""Promises that a single careless line could break, held by reading the code."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from webapp import config, create_app
from webapp.core import gate
from webapp.core.problems import CATALOGUE
from webapp.records.held import REASONS
from webapp.sync.kinds import KINDS

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PYTHON = sorted((ROOT / "webapp").rglob("*.py"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TEXTS = [
    *PYTHON, *SCRIPTS, *TEMPLATES, *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "static" / "css").glob("*.css")),
    *(path for path in sorted(ROOT.iterdir()) if path.suffix in (".md", ".toml", ".in", ".json", ".lock")), *(p for p in sorted((ROOT / "scripts").iterdir()) if p.is_file()),
]  # fmt: skip

# What htmx may be told in a template. Not hx-on (script in an attribute), not `js:` values, not trigger filters: the policy forbids eval.
HTMX = {"hx-get", "hx-post", "hx-target", "hx-swap", "hx-select", "hx-select-oob", "hx-trigger", "hx-push-url", "hx-replace-url", "hx-include", "hx-vals", "hx-indicator", "hx-boost", "hx-sync", "hx-preserve", "hx-swap-oob", "hx-confirm", "hx-disable"}  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---------------------------------------------------------------- routes


def test_an_application_with_a_route_that_declares_no_access_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.home import views

    real = views.init

    def init(app: Flask) -> None:
        real(app)
        app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    monkeypatch.setattr(views, "init", init)
    with pytest.raises(LookupError, match="forgotten"):
        create_app({"ROUNDS_DATA": str(tmp_path), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/x.db"})


def test_a_rank_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="superviser"):
        gate.at_least("superviser")


# ---------------------------------------------------------------- templates


class Markup(HTMLParser):
    """Tags and attributes of a template. Jinja's own signs are blanked first."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_has_no_inline_script_style_or_handler(template: Path) -> None:
    source = template.read_text()
    for tag, attributes in Markup(source).tags:
        assert tag != "style" or template.name in ("sheets_file.html", "paper_file.html"), (
            "a <style>"
        )  # files that stand alone, never served
        assert tag != "script" or "src" in attributes, "an inline <script>"
        assert not [a for a in attributes if a.startswith("on")], "an on… handler"
        assert "style" not in attributes, "a style attribute"
        assert not (attributes.get("href") or "").startswith("javascript:")
    assert not re.search(r"\|\s*safe\b", source), "|safe: markup is escaped, always"
    assert "autoescape false" not in source


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_htmx_is_told_only_what_the_policy_lets_it_do(template: Path) -> None:
    for _tag, attributes in Markup(template.read_text()).tags:
        told = {a.split(":")[0]: v or "" for a, v in attributes.items() if a.startswith(("hx-", "data-hx-"))}
        assert told.keys() <= HTMX
        assert not [v for v in told.values() if v.strip().startswith(("js:", "javascript:"))]
        assert "[" not in told.get("hx-trigger", ""), "a trigger filter"


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_forms_that_change_something_are_posted(template: Path) -> None:
    for tag, attributes in Markup(template.read_text()).tags:
        if tag == "form" and "data-part" not in attributes:  # a part is stamped and handled by its script
            assert attributes.get("method") in ("post", "get", "dialog"), attributes


# ---------------------------------------------------------------- nothing that could lose a record


@pytest.mark.parametrize("pattern", [r"deleteDatabase", r"\bdeleteDB\b", r"Clear-Site-Data"])
def test_nothing_deletes_what_a_phone_keeps(pattern: str) -> None:
    assert [name(path) for path in (*PYTHON, *SCRIPTS, *TEMPLATES) if re.search(pattern, path.read_text())] == []


def test_nothing_deletes_a_record() -> None:
    """The trail is append-only: no DELETE of records, copies or their effects, anywhere."""
    forbidden = re.compile(
        r"delete\((Record|RecordCopy|HeldStep|Scan|Note|Correction|Duty|RoundStep|Request|RequestEvent|WorkOrder|WorkStep|WorkUse|WorkSignature|Payment)\)"
    )
    assert [name(path) for path in PYTHON if forbidden.search(path.read_text())] == []


def test_actions_never_commit() -> None:
    """One call is one transaction, committed at the edge."""
    commits = {name(path) for path in PYTHON if "session.commit()" in path.read_text()}
    # The queue is an edge; a copy is many calls of the intake.
    assert commits <= {"webapp/core/db.py", "webapp/sync/queue.py", "webapp/sync/copies.py"}


def test_nothing_reads_the_time_but_the_one_clock() -> None:
    clocks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    assert {name(path) for path in PYTHON if clocks.search(path.read_text())} <= {
        "webapp/core/clock.py",
        "webapp/demo/__main__.py",
        "webapp/cli.py",
    }


def test_nothing_makes_ids_but_the_one_maker() -> None:
    assert [name(path) for path in PYTHON if re.search(r"\buuid[147]\(", path.read_text())] == []


# ---------------------------------------------------------------- what others read


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_file_names_the_machine_it_was_written_on(path: Path) -> None:
    assert not re.search(r"(^|[\s\"'(=`])/(work|root|home/\w+)/", path.read_text()), name(path)


def readme_settings() -> str:
    path = ROOT / "README.md"
    return path.read_text() if path.exists() else ""


@pytest.mark.skipif("ROUNDS_DATA" not in readme_settings(), reason="README has no table of settings yet")
@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_readme(setting: config.Setting) -> None:
    assert f"`{setting.name}`" in readme_settings()


def test_every_setting_in_the_code_is_a_declared_one() -> None:
    declared = {setting.name for setting in config.SETTINGS}
    read = {found for path in PYTHON for found in re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", path.read_text())}
    assert read <= declared | {"ROUNDS_LOG"}


@pytest.mark.skipif(not (ROOT / "docs" / "records.md").exists(), reason="docs/records.md is not written yet")
def test_every_kind_and_every_reason_is_documented() -> None:
    documented = (ROOT / "docs" / "records.md").read_text()
    for word in (*KINDS, *REASONS):
        assert f"`{word}`" in documented, word


@pytest.mark.skipif(not (ROOT / "docs" / "records.md").exists(), reason="docs/records.md is not written yet")
def test_every_field_of_every_kind_is_documented() -> None:
    documented = (ROOT / "docs" / "records.md").read_text()
    for schemas in KINDS.values():
        for kind in schemas.values():
            for field_name, field in kind.body.model_fields.items():
                assert f"`{field_name}`" in documented, field_name
                assert field.description, f"{kind.body.__name__}.{field_name} has no description"


def test_every_refusal_has_a_status_of_its_kind_and_something_to_do() -> None:
    for code, refusal in CATALOGUE.items():
        assert re.fullmatch(r"[a-z-]+", code)
        assert 400 <= refusal.status <= 507


def test_the_python_that_is_promised_is_the_one_that_tools_check() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"


def test_every_ignored_lint_rule_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    bare = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line) and "#" not in line]
    assert bare == []


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "sqlite:///"), ("ROUNDS_SECRET", "short"), ("ROUNDS_PUBLIC_URL", "rounds.example.com"), ("ROUNDS_PUBLIC_URL", "ftp://x"),
        ("ROUNDS_PUBLIC_URL", "https://x/path"), ("ROUNDS_LOCALE", "fr"), ("ROUNDS_SYNCHRONOUS", "OFF"), ("ROUNDS_PROXIES", "6"), ("ROUNDS_PROXIES", "-1"), ("ROUNDS_PROXIES", "many"),
        ("ROUNDS_DATA", "/dev/null/x"), ("ROUNDS_NOTICES", "smtp"),
    ],
)  # fmt: skip
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(tmp_path: Path, setting: str, value: str) -> None:
    with pytest.raises(config.WrongSetting) as wrong:
        config.read_settings({"ROUNDS_DATA": str(tmp_path), setting: value})
    line = config.explain(wrong.value)
    assert line.startswith(setting)
    assert "\n" not in line


def test_every_setting_has_a_working_default(tmp_path: Path) -> None:
    settings = config.read_settings({"ROUNDS_DATA": str(tmp_path)})
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/rounds.db"
    assert settings["SQLITE_SYNCHRONOUS"] == "FULL"


def test_the_secret_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    first, again = (config.read_settings({"ROUNDS_DATA": str(tmp_path)})["SECRET_KEY"] for _ in range(2))
    assert first == again
    assert len(str(first)) >= 32
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_postgresql_is_always_reached_through_psycopg_3(tmp_path: Path, url: str) -> None:
    assert config.database_url(url, tmp_path) == "postgresql+psycopg://u:p@h/d"
