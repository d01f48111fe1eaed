"""The diagnosis of a training as text: each finding and the command to try."""

from byhand.cli.common import escape_markup
from byhand.training.diagnosis import Finding


def finding_lines(findings: list[Finding]) -> list[str]:
    """Return the findings as text; a command or flag that several findings share appears once."""
    lines = []
    for finding in findings:
        lines.append(f"[bold yellow]{escape_markup(finding.title)}.[/bold yellow] {escape_markup(finding.sentence)}")
    commands = dict.fromkeys(finding.command for finding in findings)
    lines += [f"Try: [bold]{escape_markup(command)}[/bold]" for command in commands]
    others = [f"{how} --{name.replace('_', '-')}" for finding in findings for name, how in finding.others.items()]
    return [*lines, f"Or: {', '.join(dict.fromkeys(others))}"] if others else lines
