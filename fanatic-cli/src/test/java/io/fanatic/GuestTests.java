package io.fanatic;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs test classes where Maven is not: {@code java io.fanatic.GuestTests CLASS...}, in a guest that sees the machine's files. The exit code
 * is 0 only when every test ran and passed.
 */
public final class GuestTests {
    private GuestTests() {}

    /** The words that run these classes with this JVM's class path, to be given to a guest. */
    static List<String> command(Class<?>... classes) {
        return Stream.concat(
                        Stream.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xshare:auto",
                                "-cp",
                                System.getProperty("java.class.path"),
                                GuestTests.class.getName()),
                        Stream.of(classes).map(Class::getName))
                .toList();
    }

    public static void main(String[] classes) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Stream.of(classes)
                                        .map(name -> selectClass(name))
                                        .toArray(ClassSelector[]::new))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 30);
        System.out.println(summary.getTestsSucceededCount() + " passed of " + summary.getTestsFoundCount());
        boolean all = summary.getTestsFoundCount() > 0
                && summary.getTestsSucceededCount() == summary.getTestsFoundCount()
                && summary.getTotalFailureCount() == 0;
        // Threads of a test that hangs must not keep the guest.
        System.exit(all ? 0 : 1);
    }
}
