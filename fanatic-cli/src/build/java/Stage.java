import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Lays out the files of the .deb as they lie on a host, below one directory: the jars that {@link Assemble} gathered, the
 * launchers, units, man pages, completions, documentation. The tarball and the image are made from the same tree. The same
 * sources give the same bytes. Part of the build, never of the product.
 *
 * <p>Arguments: the directory, made anew; the checkout; the directory of the jars; that of the completions; the version;
 * the time that stands in the changelog, ISO 8601.
 */
public class Stage {
    private final Path root;
    private final Path checkout;

    private Stage(Path root, Path checkout) {
        this.root = root;
        this.checkout = checkout;
    }

    public static void main(String[] args) throws IOException {
        Stage stage = new Stage(Path.of(args[0]), Path.of(args[1]));
        stage.empty();
        Path from = stage.checkout.resolve("fanatic-cli/src/package");
        stage.tree(from.resolve("root"), "");
        stage.tree(from.resolve("bin"), "usr/share/fanatic/bin");
        stage.jars(Path.of(args[2]));
        stage.manPages();
        stage.tree(Path.of(args[3]), "usr/share");
        stage.documentation(from.resolve("deb"), args[4], Instant.parse(args[5]));
    }

    private void empty() throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                all.sorted(Comparator.reverseOrder()).forEach(Stage::delete);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void jars(Path lib) throws IOException {
        String to = "usr/share/fanatic/lib/";
        String classpath = Files.readString(lib.resolve("classpath"));
        for (String jar : classpath.split("\\s+")) {
            put(to + jar, Files.readAllBytes(lib.resolve(jar)));
        }
        text(to + "classpath", classpath);
        put(to + "run", Files.readAllBytes(checkout.resolve("scripts/run")));
    }

    private void manPages() throws IOException {
        for (Path page : files(checkout.resolve("man"))) {
            String name = page.getFileName().toString();
            String section = name.substring(name.lastIndexOf('.') + 1);
            if (section.matches("[1-8]")) {
                put("usr/share/man/man" + section + "/" + name + ".gz", gzip(Files.readAllBytes(page)));
            }
        }
    }

    private void documentation(Path deb, String version, Instant time) throws IOException {
        String doc = "usr/share/doc/fanatic/";
        put(doc + "copyright", Files.readAllBytes(deb.resolve("copyright")));
        put("usr/share/lintian/overrides/fanatic", Files.readAllBytes(deb.resolve("lintian-overrides")));
        for (String name : List.of("README.md", "CHANGELOG.md")) {
            String text = Files.readString(checkout.resolve(name));
            put(doc + name + ".gz", gzip(withoutLinksToTheCheckout(text).getBytes(StandardCharsets.UTF_8)));
        }
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
        // dpkg wants two digits and +0000.
        date = date.replaceFirst(", (\\d) ", ", 0$1 ").replace("GMT", "+0000");
        put(
                doc + "changelog.gz",
                gzip(("fanatic (" + version.replace("-SNAPSHOT", "~snapshot") + ") unstable; urgency=medium\n\n"
                                + "  * What changed is in CHANGELOG.md.gz beside this file.\n\n"
                                + " -- fanatic developers <fanatic@fanatic.invalid>  " + date + "\n")
                        .getBytes(StandardCharsets.UTF_8)));
        tree(checkout.resolve("examples"), doc + "examples");
    }

    /** Links to files that are not beside it become their words, and pictures go; the examples are there. */
    private static String withoutLinksToTheCheckout(String markdown) {
        return markdown.replaceAll("(?m)^!\\[[^\\]]*\\]\\((?!https?:)[^)]*\\)\n\n?", "")
                .replaceAll("\\[([^\\]]*)\\]\\((?!https?:|examples[/)])[^)]*\\)", "$1");
    }

    /** Without what somebody built in an example's own target. */
    private void tree(Path from, String to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)
                    .filter(file -> !from.relativize(file).toString().contains("target/"))::iterator) {
                put((to.isEmpty() ? "" : to + "/") + from.relativize(file), Files.readAllBytes(file));
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    private void text(String name, String content) throws IOException {
        put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String name, byte[] content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** As {@code gzip -9n}: without name and time; Java's own stream does not say in its header that it tried hardest. */
    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, 3});
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, best)) {
            out.write(content);
        } finally {
            best.end();
        }
        CRC32 sum = new CRC32();
        sum.update(content);
        bytes.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) sum.getValue())
                .putInt(content.length)
                .array());
        return bytes.toByteArray();
    }
}
