"""Why rows miss their aims, by the rows' keys: kept by hand, and shown only beside a row that misses."""

WHY = {
    "start": "The bare program opens the database and answers. keepstone also looks at the file system, takes its lease and "
    "its locks, opens the manifest a second time for reading, reads its settings and makes its threads before the first reply. "
    "Its program is three times as large, and being mapped and relocated takes it twice as long.",
    "publish": "A publish writes some 17 pages of the write-ahead log, because an artifact stands in many indexes, and "
    "places a readable name and a sidecar besides. Where the file system has no journal, flushing, which is what the bare "
    "program spends its time on elsewhere, costs little, and the rest shows all the more.",
    "publish-at-once": "The same pages, names and sidecars are written for each file, though all share one flush.",
    "publish-again": "A duplicate's object is read and compared before it counts, up to 64 MiB, so that bytes that rotted "
    "silently are healed; the bare program believes its database.",
    "create_dataset": "The request, 13 MB of JSON, is read whole before its members are known, each member is looked up, and the "
    "version is written three times: as rows, as the snapshot that a lost manifest is made of again, and as the Parquet index.",
    "search_artifacts": "What half of all artifacts match has to be weighed by its words for the best to come first. All other kinds "
    "take 2 to 20 ms.",
    "plan_gc": "Every artifact is read with its files and roles, and every one is answered with its fate and reasons.",
    "collect": "Half of the time is the unlinking that the bare program has too. The rest is two more marks on each row, a copy "
    "of the manifest, the history, the report and the readable names, and in the purge a flush for each of the many short "
    "transactions and for the folders that objects went from, so that nobody who publishes waits. Unlinking is mostly waiting "
    "for the disk: keepstone has four under way at once, the bare program one.",
}
