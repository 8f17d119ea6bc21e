package io.fanatic.cli;

import java.util.regex.Pattern;

/** The wizard's transcript of 2016, for the host 10.0.0.1 whose first container is 250.0.1.2. */
final class Transcript {
    /** One answer a line: underlay, overlay, LXD, docker, test, remote host. */
    static final String ANSWERS = "\n\nn\nY\nY\n\n";

    static final String TEXT = """
            Welcome to the fanatic fan networking wizard.  This will help you set
            up an example fan network and optionally configure docker and/or LXD to
            use this network.  See fanatic(1) for more details.

            Configure fan underlay (hit return to accept, or specify alternative) [10.0.0.0/16]:
            Configure fan overlay (hit return to accept, or specify alternative) [250.0.0.0/8]:
            Create LXD networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]: n
            Create docker networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]: Y
            Test docker networking for underlay:10.0.0.1/16 overlay:250.0.0.0/8
            (NOTE: potentially triggers large image downloads) [Yn]: Y
            local docker test: creating test container ...
            34710d2c9a85
            test master: ping test (250.0.1.2) ...
            test slave: ping test (250.0.1.1) ...
            test master: ping test ... PASS
            test master: short data test (250.0.1.1 -> 250.0.1.2) ...
            test slave: ping test ... PASS
            test slave: short data test (250.0.1.2 -> 250.0.1.1) ...
            test master: short data ... PASS
            test slave: short data ... PASS
            test slave: long data test (250.0.1.2 -> 250.0.1.1) ...
            test master: long data test (250.0.1.1 -> 250.0.1.2) ...
            test master: long data ... PASS
            test slave: long data ... PASS
            local docker test: destroying test container ...
            fanatic-test
            fanatic-test
            local docker test: test complete PASS (master=0 slave=0)
            This host IP address: 10.0.0.1
            Remote test host IP address (none to skip):
            """;

    private static final Pattern MEASURED = Pattern.compile("PASS \\([0-9.]+ (ms|MB/s)\\)");
    /** The line by which Progress tells of what takes more than a second, and its going away. */
    private static final Pattern PROGRESS = Pattern.compile("\r[^\r\n]* \\.\\.\\. [0-9]+ s(?=\r)|\r +(?=\r)");

    private static final Pattern ESCAPES = Pattern.compile("\033\\[[?0-9;]*[A-Za-z]|\033[=>]|\r");

    private Transcript() {}

    /** Without what the stages measured, which the wizard of 2016 did not tell. */
    static String withoutMeasurements(String text) {
        return MEASURED.matcher(text).replaceAll("PASS");
    }

    /** What a terminal would show of it, as far as lines matter. */
    static String withoutEscapes(String text) {
        return ESCAPES.matcher(PROGRESS.matcher(text).replaceAll("")).replaceAll("");
    }
}
