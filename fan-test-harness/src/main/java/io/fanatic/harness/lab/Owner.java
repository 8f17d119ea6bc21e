package io.fanatic.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process that a lab ends with. A process number alone is not enough, numbers come again.
 *
 * @param pid its number
 * @param started when, in clock ticks since boot: field 22 of /proc/PID/stat
 */
record Owner(long pid, long started) {

    static Owner self() {
        long pid = ProcessHandle.current().pid();
        return new Owner(pid, started(pid));
    }

    /** Whether exactly this process still runs. */
    boolean alive() {
        return started(pid) == started;
    }

    /** Field 22 of /proc/PID/stat, -1 when there is no such process or it is a zombie. */
    static long started(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The second field is the name in brackets, in which anything may stand.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[0].equals("Z") ? -1 : Long.parseLong(fields[19]);
        } catch (IOException gone) {
            return -1;
        }
    }
}
