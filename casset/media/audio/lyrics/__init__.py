"""Words and when they are sung: reading lyric files, aligning known words. Never invents a word."""
