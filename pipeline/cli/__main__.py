"""`python -m pipeline.cli`: the command line where the script `headwater` is not installed."""

from pipeline.cli.entry import main

main()
