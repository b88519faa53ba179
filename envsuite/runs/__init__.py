"""What a long piece of work shows and leaves behind: a bar, checkpoints, a record."""
