"""What a training's diagnosis says on the command line: each finding, and the one command to try."""

from byhand.cli.common import escape_markup
from byhand.training.diagnosis import Finding


def finding_lines(findings: list[Finding]) -> list[str]:
    """Return the findings for people; a command that several share appears once."""
    lines = []
    for finding in findings:
        lines.append(f"[bold yellow]{escape_markup(finding.title)}.[/bold yellow] {escape_markup(finding.sentence)}")
    commands = dict.fromkeys(finding.command for finding in findings)
    return [*lines, *(f"Try: [bold]{escape_markup(command)}[/bold]" for command in commands)]
