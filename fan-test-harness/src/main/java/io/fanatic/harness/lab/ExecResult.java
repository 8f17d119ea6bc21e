package io.fanatic.harness.lab;

import java.util.List;

/**
 * What a command did.
 *
 * @param command its words
 * @param exitCode 0 to 255
 * @param output standard output and standard error together, in the order written
 */
public record ExecResult(List<String> command, int exitCode, String output) {

    /** {@return whether the exit code is 0} */
    public boolean ok() {
        return exitCode == 0;
    }

    /**
     * Refuses a command that failed.
     *
     * @return this
     * @throws LabException with the output, when the command failed
     */
    public ExecResult orThrow() {
        if (!ok()) {
            throw new LabException(
                    String.join(" ", command) + " failed with exit code " + exitCode + ": " + output.strip());
        }
        return this;
    }
}
