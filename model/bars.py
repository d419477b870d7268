"""What progress bars have in common."""

from rich.progress import ProgressColumn, Task
from rich.text import Text

from lacuna.workspace.visible import visible_line


class Described(ProgressColumn):
    """What a bar is about, word for word: a name is no markup, and drives no terminal."""

    def render(self, task: Task) -> Text:
        return Text(visible_line(task.description))
