"""What a community has agreed on with its service company: the times and figures by which work is judged."""
