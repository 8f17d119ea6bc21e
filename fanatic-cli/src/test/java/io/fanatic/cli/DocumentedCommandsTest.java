package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Every command that the README or a man page shows is run as it stands there, on fresh hosts of a lab ({@link ReadmeTest}, {@link
 * ManPagesTest}, {@link ExamplesTest}), or stands here with who runs it, or why nobody can.
 */
class DocumentedCommandsTest {
    private static final String RELEASE = "a release: ImageTest runs the image, scripts/test-reproducible makes it";

    private static final Map<String, String> NOT_ON_LAB_HOSTS = Map.ofEntries(
            Map.entry(
                    "sudo ./fanatic lab demo",
                    "makes a lab itself: LabCommandsTest, and as it stands scripts/test-fresh"),
            Map.entry("mvn -DskipTests package", "a build: scripts/test"),
            Map.entry("mvn -DskipTests install", "a build: EmbeddingTest builds against what it installs"),
            Map.entry(
                    "sudo apt install ./fanatic-cli/target/fanatic_*_all.deb",
                    "changes the machine: FreshTest, in a fresh system made by debootstrap"),
            Map.entry("docker load -i fanatic-VERSION-oci-x86_64.tar", RELEASE),
            Map.entry("docker run --rm --network host fanatic:VERSION serve", RELEASE),
            Map.entry(
                    "docker run --rm --network host --cap-add NET_ADMIN --cap-add BPF -v /run/fanatic:/run/fanatic"
                            + " -v /var/lib/fanatic:/var/lib/fanatic --entrypoint fanctl fanatic:VERSION"
                            + " up -u 10.0.0.0/16 -o 250.0.0.0/8",
                    RELEASE),
            Map.entry(
                    "sudo fanatic",
                    "the wizard: ReadmeTest, in place of the configure that follows; WizardTerminalTest"),
            Map.entry("sudo ./fanatic lab bench", "measures, which takes an idle machine"),
            Map.entry("sudo ./fanatic lab bench --no-fast", "likewise"),
            Map.entry("sudo ./fanatic lab bench --direct", "likewise"),
            Map.entry("sudo ./fanatic lab bench --scale", "likewise"),
            Map.entry(
                    "sudo ./fanatic lab up --hosts 4 --containers 163", "652 containers: LabCommandsTest, with fewer"),
            Map.entry("sudo fanatic doctor --bundle FILE", "DoctorCommandTest"),
            Map.entry("sudo fanatic doctor --peer ADDRESS", "DoctorCommandTest"),
            Map.entry("sudo scripts/bench startup", "measures, which takes an idle machine"),
            Map.entry("sudo scripts/bench swarm", "measures, which takes an idle machine"),
            Map.entry("sudo scripts/release VERSION", RELEASE),
            Map.entry("sudo scripts/setup run", "changes the machine: scripts/test-fresh, in a fresh system"),
            Map.entry("sudo scripts/test", "runs this test"),
            Map.entry("fanctl show --prometheus", "fan-metrics(5): MetricsTest"),
            Map.entry("systemctl enable --now fan-metrics.timer", "fan-metrics(5), wants systemd: BootTest"),
            Map.entry("fanctl up -a", "fan(5), of its file: FanctlTest, BootTest"));

    private static final Pattern INLINE = Pattern.compile(
            "`((?:sudo )?(?:(?:\\./)?(?:fanatic|fanctl) \\S+ -[^`]*|(?:\\./)fanatic lab [^`]*|scripts/[^`]*|mvn [^`]*))`");

    @Test
    void whatIsNotRunAsItStandsIsListedWithItsReason() throws IOException {
        TreeSet<String> shown = new TreeSet<>(ofTheReadme());
        for (ManPage page : ManPage.all()) {
            shown.addAll(ofManPage(page));
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(NOT_ON_LAB_HOSTS.keySet());
    }

    /** What stands in its blocks, but for those of a console, and as code in the text, where it is a whole command. */
    private static List<String> ofTheReadme() throws IOException {
        String page = Files.readString(Path.of("../README.md")).replaceAll("(?ms)^```.*?^```$", "");
        List<String> commands = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        for (String line : page.lines().toList()) {
            if (line.startsWith("    ") && !line.isBlank()) {
                command.append(command.isEmpty() ? "" : " ").append(line.strip().replaceFirst(" ?\\\\$", ""));
                if (!line.endsWith("\\")) {
                    commands.add(command.toString());
                    command.setLength(0);
                }
            }
        }
        INLINE.matcher(page).results().forEach(found -> commands.add(found.group(1)));
        return commands;
    }

    /** Outside of its examples, where these are run, and of the doctor's, which show each a host that is ill. */
    private static List<String> ofManPage(ManPage page) {
        List<String> lines = page.lines();
        if (ManPagesTest.EXAMPLES.contains(page.name())) {
            lines = page.without("EXAMPLES");
        }
        if (page.name().equals("fan-doctor.7")) {
            // The tests of findings in the package doctor run the fixes that the doctor prints, on hosts that they
            // make ill.
            lines = new ManPage(page.name(), lines).without("CODES");
        }
        return new ManPage(page.name(), lines)
                .shownCode().stream()
                        .map(line -> line.replaceFirst("^[#$] ", ""))
                        .toList();
    }
}
