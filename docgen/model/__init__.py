"""What passes from stage to stage: the kit's classes, answers, intakes, findings, display values, wordings."""
