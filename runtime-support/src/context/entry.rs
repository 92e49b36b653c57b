//! What an exit stack has to undo.
